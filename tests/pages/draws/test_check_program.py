"""The program that checks draws, as anyone downloads it: one file, Python and nothing else."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

from django.test import Client

from support.stories.a_draw import journalled, own_proof, published


def run(tmp_path: Path, *arguments: object) -> tuple[int, str]:
    """By the program as it is served, alone with its files."""
    program = tmp_path / "check.pyz"
    program.write_bytes(Client().get("/public/draws/check.pyz").content)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    return done.returncode, done.stdout


def test_the_program_runs_by_itself(tmp_path: Path) -> None:
    whole = journalled(published())
    export, mine, roots = tmp_path / "draw.json", tmp_path / "own.json", tmp_path / "roots.json"
    export.write_text(json.dumps(whole[0]), encoding="utf-8")
    mine.write_text(json.dumps(own_proof(published(), "I009")), encoding="utf-8")
    roots.write_text(json.dumps(whole[1]), encoding="utf-8")
    assert run(tmp_path, "verify", export, roots) == (0, "sound\n")
    assert run(tmp_path, "own", mine, export, roots) == (0, "sound\n")
    assert run(tmp_path, "verify", export)[0] == 3
    forged = copy.deepcopy(whole[0])
    forged["units"][1]["pi"] += 1
    export.write_text(json.dumps(forged), encoding="utf-8")
    code, said = run(tmp_path, "verify", export, roots)
    assert code == 1 and "chance" in said
    twice = json.dumps(whole[0]).replace('"whole": true', '"whole": false, "whole": true')
    for text in ("{}", "[]", "no", '{"schema": "imloop.draw/1", "state": "published"}', twice):
        export.write_text(text)
        code, said = run(tmp_path, "verify", export)
        assert (code, said.splitlines()[0].partition(":")[0]) == (2, "not understood"), text
    assert run(tmp_path)[0] == 2

"""A program that is forked from a process with libraries and modules finds what it would find in a new interpreter."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.repository import ROOT
from support.servers.processes import OURS, run_python

TELL = """
import atexit, json, os, sys
told = {
    "arguments": sys.argv, "folder": os.getcwd(), "environment": dict(os.environ), "place": sys.path[:2],
    "typed": sys.stdin.read(),
    "settings": sys.modules["django.conf"].settings.configured if "django.conf" in sys.modules else False,
}
print(json.dumps(told, sort_keys=True))
print("gone wrong", file=sys.stderr)
atexit.register(print, "the end")
"""


SETTINGS = """
import django, json; django.setup()
from django.conf import settings
from django.db import connection
print(json.dumps([settings.PLACE, str(settings.DATA_DIR), settings.SECRET_KEY, connection.settings_dict["NAME"]]))
"""
FIXED = {"AUTH_USER_MODEL", "HASHES_AT_ONCE"}
"""Settings that no environment changes."""


def anew(arguments: list[str], environment: dict[str, str], typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=typed,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_has_its_own_arguments_environment_and_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"LC_ALL": "C.UTF-8", "ONLY": "this", "PYTHONPATH": str(tmp_path)}
    told = [call(["-c", TELL, "一", "2"], environment, typed="三\n") for call in (anew, run_python)]
    assert told[0].stdout == told[1].stdout and told[1].stdout.endswith("the end\n")
    assert told[0].stderr == told[1].stderr == "gone wrong\n"


def test_it_has_its_own_settings_and_database(tmp_path: Path) -> None:
    for place in ("450100", "440100"):
        data = tmp_path / place
        told = {"IMLOOP_PLACE": place, "IMLOOP_DATA": str(data), "IMLOOP_SECRET_KEY": f"of {place}"}
        environment = os.environ | told | {"DATABASE_URL": f"sqlite:///{data}/its.sqlite3"}
        said = json.loads(run_python(["-c", SETTINGS], environment).stdout)
        assert said == [place, str(data), f"of {place}", f"{data}/its.sqlite3"]


def test_no_module_that_it_has_already_keeps_a_setting() -> None:
    kept = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in OURS
        for path in (ROOT / "src" / "imloop" / package).rglob("*.py")
        for name in set(read_on_import(ast.parse(path.read_text(encoding="utf-8")))) - FIXED
    }
    assert not kept


def read_on_import(node: ast.AST) -> Iterator[str]:
    """Settings that are read outside the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and child in node.body
        if inside or isinstance(node, ast.Lambda):
            continue
        if (
            isinstance(child, ast.Attribute)
            and isinstance(child.value, ast.Name)
            and child.value.id == "settings"
        ):
            yield child.attr
        yield from read_on_import(child)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("raise SystemExit(3)", 3),
        ("raise ValueError('x')", 1),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import os; os._exit(7)", 7),
    ],
)
def test_it_ends_as_it_would(program: str, code: int) -> None:
    done = run_python(["-c", program], dict(os.environ))
    assert (done.returncode, "ValueError: x" in done.stderr) == (code, "ValueError" in program)


def test_a_command_says_the_same(tmp_path: Path) -> None:
    environment = os.environ | {"IMLOOP_DATA": str(tmp_path)}
    for arguments in (["deadline", "2026-02-10"], ["judge", "nothing.json"], ["no-command"]):
        first, second = (
            call(["-m", "imloop.cli", *arguments], environment, typed="") for call in (anew, run_python)
        )
        assert (first.returncode, first.stdout, first.stderr) == (
            second.returncode,
            second.stdout,
            second.stderr,
        )


def test_several_at_one_time_keep_apart() -> None:
    said: dict[int, str] = {}

    def one(number: int) -> None:
        program = "import sys; print(sys.stdin.read() * 1000)"
        said[number] = run_python(["-c", program], dict(os.environ), typed=str(number)).stdout

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said == {number: str(number) * 1000 + "\n" for number in range(8)}

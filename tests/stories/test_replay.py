"""The demo city's stored tests, replayed by the command in processes of their own: not one verdict differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.servers.commands import Commands

if TYPE_CHECKING:
    from conftest import LiveServer

pytestmark = pytest.mark.one_database("sqlite", reason="the steps behind the demo city are tested on both")


def commands(server: LiveServer) -> Commands:
    return Commands(server.data, {**server.environment, "IMLOOP_DATA": str(server.data)})


def test_every_verdict_of_the_city_comes_out_again(live_server: LiveServer) -> None:
    done = commands(live_server)("replay", "--processes", "2", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, found
    assert found["tests"] > 400 and found["differing"] == found["law_corrected"] == 0


def test_what_if_tells_who_would_fail(live_server: LiveServer, tmp_path: Path) -> None:
    assumed, book = tmp_path / "b.yaml", tmp_path / "b.xlsx"
    assumed.write_text("title: everything fails\nvalues: {limits.LUGDOWN.a.k_100_per_m: {value: 0.0}}\n")
    run = commands(live_server)
    done = run("replay", "--what-if", assumed, "--xlsx", book, "--method", "LUGDOWN", "--json")
    found = json.loads(done.stdout)
    assert found["title"] == "everything fails" and found["changes"]["newly_fail"] > 20
    assert book.read_bytes()[:2] == b"PK"
    shown = run("replay", "--what-if", assumed, "--method", "LUGDOWN", "--processes", "1").stdout
    assert "everything fails" in shown and "检验机构" in shown


def test_a_wrong_assumption_is_one_line(live_server: LiveServer, tmp_path: Path) -> None:
    assumed = tmp_path / "wrong.yaml"
    assumed.write_text("values: {limit_set.ASN: {value: b}}")
    done = commands(live_server)("replay", "--what-if", assumed)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "limit_set.ASM" in done.stderr

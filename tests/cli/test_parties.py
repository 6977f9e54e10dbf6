"""imloop party, and commands that are given what is not there."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from imloop.cli.serving import server
from imloop.cli.serving.free_port import listener
from imloop.facts.refusal import Malformed
from support.servers.commands import Commands

ADD = ("--place", "450200", "--reason", "机构名录")


def test_parties_are_registered_one_by_one_or_from_a_file(unprepared: Commands, tmp_path: Path) -> None:
    added = unprepared("party", "add", "environment", "柳州市生态环境局", *ADD)
    assert (added.returncode, added.stdout) == (0, "450200-environment 柳州市生态环境局\n")
    again = unprepared("party", "add", "environment", "别的局", *ADD)
    assert (again.returncode, "party-known" in again.stderr) == (2, True)
    station = ("party", "add", "istation", "一站", "--code", "S1", "--lines", "01:ASM", *ADD)
    assert unprepared(*station).returncode == 0
    file = tmp_path / "departments.csv"
    file.write_text("kind,name,place\npolice,交警,450200\nfire,消防,450200\nmarket,市场,999999\n")
    assert unprepared("import", "departments", file, "--reason", "机构名录").returncode == 1
    file.write_text("kind,name,place\nmarket,市场,450200\n")
    assert unprepared("import", "departments", file).returncode == 1, "on what does it rest?"
    assert "reason-missing" in file.with_suffix(".rejected.csv").read_text(encoding="utf-8-sig")
    blank = unprepared("party", "add", "market", "市场", "--place", "450200", "--reason", " ")
    assert (blank.returncode, "reason-missing" in blank.stderr) == (2, True)
    listed = json.loads(unprepared("party", "list", "--json").stdout)
    assert {(row["code"], row["kind"]) for row in listed} == {
        ("450200-environment", "environment"),
        ("450200-police", "police"),
        ("S1", "istation"),
    }
    assert json.loads(unprepared("party", "list", "--place", "330000", "--json").stdout) == []
    assert (
        unprepared("user", "env", "--party", "450200-environment", IMLOOP_PASSWORD="long enough").returncode
        == 0
    )


def test_an_administrator_of_a_province(unprepared: Commands) -> None:
    made = unprepared("user", "province", "--place", "450000", IMLOOP_PASSWORD="long enough")
    assert made.returncode == 0
    assert "450000-admin" in unprepared("party", "list").stdout
    assert unprepared("user", "nowhere", "--place", "999999", IMLOOP_PASSWORD="long enough").returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        ("journal", "verify", "--data", "/nonexistent"),
        ("check", "--data", "/nonexistent"),
        ("agent", "run", "--config", "nofile.toml"),
        ("import", "stations", "nofile.csv"),
        ("law", "show", "--place", "999999"),
        ("judge", "README.md", "--place", "999999"),
        ("deadline", "2026-03-02", "--place", "45020"),
        ("sim", "sample", "repair", "--station", "450203M01", "--case", "X"),
    ],
)
@pytest.mark.one_database("sqlite", reason="nothing is asked of a database")
def test_what_is_not_there_is_said_in_one_line_and_both_languages(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    done = Commands(tmp_path, {**environment, "IMLOOP_DATA": str(tmp_path)})(*words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert " / " in done.stderr and "Traceback" not in done.stderr
    assert not Path("/nonexistent").exists()


@pytest.mark.one_database("postgresql", reason="there the data directory alone says nothing")
def test_a_database_without_tables_is_said_so(unprepared: Commands, databases: object) -> None:
    done = Commands(unprepared.data, {**unprepared.environment, "DATABASE_URL": databases.empty("bare")})(  # type: ignore[attr-defined]
        "journal", "verify"
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_table_that_another_program_reads_has_one_line_a_row(offline: Commands) -> None:
    keys = {row["key"] for row in json.loads(offline("law", "show", "--json").stdout)["values"]}
    shown = offline("law", "show").stdout.splitlines()
    assert keys and keys <= {line.split(" ")[0] for line in shown}


def test_judging_what_is_no_upload_is_said_in_both_languages(offline: Commands, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("# imloop\n")
    done = offline("judge", file)
    assert done.returncode == 2 and " / " in done.stderr and "The message" in done.stderr


@pytest.mark.one_database("sqlite", reason="nothing is asked of a database")
def test_a_weak_password_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["short", "1234567890", "a long enough one"])
    monkeypatch.setattr(server.typer, "prompt", lambda *_, **__: next(typed))
    assert server._good_password("") == "a long enough one"
    said = capsys.readouterr().err
    assert "密码太短，至少 10 个字符。 This password is too short." in said and "too common" in said
    with pytest.raises(Malformed) as refused:
        server._good_password("short")
    assert refused.value.text.en.startswith("This password is too short")


@pytest.mark.one_database("sqlite", reason="nothing is asked of a database")
def test_who_listens_is_named_and_nobody_is_nobody() -> None:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        here.listen()
        port = here.getsockname()[1]
        assert listener(port).startswith(f"pid {os.getpid()}: ")
    assert listener(port) == ""


@pytest.mark.parametrize(
    ("settings", "options", "code"),
    [
        ({}, ("--demo", "--host", "0.0.0.0"), "not-on-an-open-address"),
        ({"IMLOOP_BASE_URL": "https://imloop.example"}, ("--demo",), "not-on-an-open-address"),
        ({"IMLOOP_BASE_URL": "https://imloop.example", "IMLOOP_DEBUG": "1"}, (), "not-on-an-open-address"),
        (
            {"IMLOOP_BASE_URL": "https://imloop.example", "IMLOOP_DEPARTMENT_TOTP": "0"},
            (),
            "not-on-an-open-address",
        ),
        ({"IMLOOP_PLACE": "330100"}, ("--demo",), "demo-elsewhere"),
        ({}, ("--demo",), "not-empty"),
    ],
)
def test_serving_is_refused(
    unprepared: Commands, settings: dict[str, str], options: tuple[str, ...], code: str
) -> None:
    assert unprepared("migrate").returncode == 0
    unprepared("party", "add", "police", "交警", "--place", "450300", "--reason", "机构名录")
    given = {"IMLOOP_DEPARTMENT_TOTP": "1", "IMLOOP_BASE_URL": "http://127.0.0.1:8000"}
    done = unprepared("prepare", *options, **{**given, **settings})
    assert (done.returncode, code in done.stderr) == (2, True), done.stderr


def test_check_calls_them_faults(unprepared: Commands) -> None:
    for url, faults in (("http://127.0.0.1:8000", 0), ("https://imloop.example", 2)):
        done = unprepared(
            "check", "--json", IMLOOP_BASE_URL=url, IMLOOP_DEBUG="1", IMLOOP_DEPARTMENT_TOTP="0"
        )
        assert len(json.loads(done.stdout)["address"]) == faults

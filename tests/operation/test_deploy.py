"""What deploy/ names exists: files, commands and their options, settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml

from imloop.cli import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = ("imloop-web.service", "imloop-work.service")


def must_be_a_command(words: list[str]) -> None:
    """``imloop COMMAND --option value …`` as the command line itself understands it, without running it."""
    assert words[0].rpartition("/")[2] == "imloop", words
    command = typer.main.get_command(app).get_command(None, words[1])  # type: ignore[attr-defined,arg-type]
    assert command is not None, words
    command.make_context(words[1], words[2:]).close()


def directives(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / unit).read_text().splitlines():
        if line and line[0] not in "#[":
            name, equals, value = line.partition("=")
            assert equals, line
            found.setdefault(name, []).append(value)
    return found


SECTIONS = {
    "StartLimitIntervalSec": "Unit",
    "Restart": "Service",
    "ExecStart": "Service",
    "WantedBy": "Install",
}


@pytest.mark.parametrize("unit", UNITS)
def test_what_systemd_reads_in_one_section_alone_stands_there(unit: str) -> None:
    section, found = "", {}
    for line in (DEPLOY / unit).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif (name := line.partition("=")[0]) in SECTIONS:
            found[name] = section
    assert found == SECTIONS


def test_the_example_of_nginx_is_read_by_the_oldest_one_in_use() -> None:
    """``http2 on`` needs 1.25.1; Debian 12 has 1.22."""
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "operate.md").read_text(), re.S)
    assert blocks and not any(re.search(r"^[^#]*http2 on", block, re.M) for block in blocks)


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_runs_a_command_that_exists_and_is_always_started_again(unit: str) -> None:
    said = directives(unit)
    must_be_a_command(shlex.split(said["ExecStart"][0]))
    assert said["Restart"] == ["always"]
    assert said["KillMode"] == ["control-group"], "nothing of a killed server stays on the port"
    assert (said["User"], said["NoNewPrivileges"]) == (["imloop"], ["yes"])
    assert said["ProtectSystem"] == ["strict"]


def stages() -> list[str]:
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_container_is_built_from_files_that_exist_and_locks() -> None:
    lines = stages()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    files = [name for name in copied if not name.startswith(("--from", "/"))]
    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".containerignore").read_text().split()
    assert not set(files) & set(ignored)
    from_setup = (ROOT / "scripts" / "setup.py").read_text()
    assert "--require-hashes" in from_setup
    assert {"requirements.lock", "package-lock.json"} <= set(files)


def test_the_container_serves_as_nobody_in_particular() -> None:
    lines = stages()
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert any(re.fullmatch(r"USER \d{4,}", line) for line in last)
    command = next(line for line in last if line.startswith("CMD "))
    must_be_a_command(yaml.safe_load(command.removeprefix("CMD ")))
    assert any("/healthz" in line for line in last)


def test_the_composed_services_run_commands_that_exist() -> None:
    said = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    commands = [service["command"] for service in said["services"].values() if "command" in service]
    for words in commands:
        must_be_a_command(words)
    assert ["imloop", "migrate", "--app-role", "imloop_app"] in commands
    assert ["imloop", "work"] in commands
    mounted = [
        volume.partition(":")[0] for each in said["services"].values() for volume in each.get("volumes", ())
    ]
    assert {name for name in mounted if not name.startswith("./")} == set(said["volumes"])
    assert [name for name in mounted if name.startswith("./") and not (DEPLOY / name).exists()] == []
    assert any("build" in each for each in said["services"].values()), "the image is made from here"
    assert "CREATE ROLE imloop_app" in (DEPLOY / "app-role.sh").read_text()


@pytest.mark.parametrize("example", ["imloop.env.example", "owner.env.example"])
def test_an_example_sets_only_settings_that_exist(example: str) -> None:
    known = yaml.safe_load((ROOT / "docs" / "settings.yaml").read_text())
    lines = (DEPLOY / example).read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names <= set(known)

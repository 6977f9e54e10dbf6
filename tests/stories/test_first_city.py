"""An empty installation becomes a city by what the README says, and its first car goes round the loop."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from imloop.site.settings import PLACE

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long enough passphrase"


def route(readme: str) -> str:
    """The one block of the README that registers a city."""
    (found,) = re.findall(r"^```bash\n(.*?)^```", (ROOT / readme).read_text(encoding="utf-8"), re.M | re.S)
    return str(found)


def test_both_languages_give_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r'"[^"]*"', '""', line) for line in route(name).splitlines()]
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese


def test_the_route_of_the_readme(servers: Any, tmp_path: Path) -> None:
    if shutil.which("bash") is None or shutil.which("curl") is None:
        pytest.skip("the route needs bash and curl")
    given = {"IMLOOP_ADMIN": "boss", "IMLOOP_ADMIN_PASSWORD": PASSWORD}
    server = servers.start("first-city", ["imloop.cli", "serve", "--no-work"], **given)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("imloop", "python"):
        (programs / name).symlink_to(Path(sys.executable).with_name(name))
    (tmp_path / "city").symlink_to(server.data)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("IMLOOP_")}
    done = subprocess.run(
        ["bash", "-eu", "-c", route("README.md").replace("http://127.0.0.1:8000", server.base_url)],
        cwd=tmp_path,
        env={**environment, "DATABASE_URL": server.environment["DATABASE_URL"]},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    failed, repaired, passed = (
        json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("failed", "repaired", "passed")
    )
    assert failed["case"].startswith(PLACE[:4]) and failed["verdict"] == "fail"
    states = [receipt["case_state"] for receipt in (failed, repaired, passed)]
    assert states == ["awaiting_repair", "awaiting_retest", "closed"]

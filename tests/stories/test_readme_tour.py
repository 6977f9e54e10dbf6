"""The README's tour, run as it is written, against a running demo server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.one_database("sqlite", reason="the steps behind the demo city are tested on both")


def commands(readme: str) -> list[str]:
    """Every line of the fenced ``sh`` blocks, without comments."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    lines = [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def tour(live_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the clone to the tour, after the tour was run in it."""
    if shutil.which("bash") is None or shutil.which("curl") is None:
        pytest.skip("the tour needs bash and curl")
    folder = tmp_path_factory.mktemp("tour")
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("imloop", "python"):
        (programs / name).symlink_to(Path(sys.executable).with_name(name))
    (folder / "var").symlink_to(live_server.data)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("IMLOOP_")}
    environment["DATABASE_URL"] = psutil.Process(live_server.process.pid).environ()["DATABASE_URL"]
    done = subprocess.run(
        ["bash", "-eu", "-c", "\n".join(commands("README.md"))],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    (folder / "tour.out").write_text(done.stdout, encoding="utf-8")
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return folder


def answer(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_a_fail_opens_a_case(tour: Path) -> None:
    receipt = answer(tour, "receipt.json")
    assert receipt["verdict"] == "fail"
    assert receipt["case"]
    assert receipt["notice"]
    assert receipt["reasons"][0]["cite"]
    assert (tour / "notice.pdf").read_bytes().startswith(b"%PDF-")


def test_the_gate_opens_after_the_repair_only(tour: Path) -> None:
    printed = (tour / "tour.out").read_text(encoding="utf-8").split("\n")
    assert [line for line in printed if line in ("True", "False")] == ["False", "True"]
    assert "no-repair-record" in printed
    assert answer(tour, "permit.json")["allowed"] is True


def test_the_retest_closes_the_case(tour: Path) -> None:
    closed = answer(tour, "closed.json")
    assert (closed["verdict"], closed["case_state"]) == ("pass", "closed")
    assert closed["case"] == answer(tour, "receipt.json")["case"]


def test_both_readmes_give_the_same_commands() -> None:
    assert commands("README.md") == commands("README.zh-CN.md")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md", "docs/index.md", "CONTRIBUTING.md"])
def test_links_of_the_documentation_lead_somewhere(readme: str) -> None:
    page = ROOT / readme
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [t for t in targets if "://" not in t and not (page.parent / t).exists()] == []

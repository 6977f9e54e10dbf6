"""The README's tour, run as it is written, against a freshly started demo server."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMLOOP = Path(sys.executable).parent / "imloop"
START_SECONDS = 240


def commands(readme: str) -> list[str]:
    """Every line of the fenced ``sh`` blocks, without comments."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    lines = [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def database(folder: Path) -> Iterator[dict[str, str]]:
    """The environment that names a new database: SQLite by default, else one on the suite's PostgreSQL."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMLOOP_")}
    if not kept.pop("DATABASE_URL", "").startswith("postgres"):
        yield kept
        return
    spec = importlib.util.spec_from_file_location(
        "check_migrations", ROOT / "scripts" / "check_migrations.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.empty_database(str(folder)) as url:
        yield {**kept, "DATABASE_URL": url}


def wait_until_served(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/public/stations", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the demo server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder that looks like the clone to the tour, with the demo served from it."""
    folder = tmp_path_factory.mktemp("tour")
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("imloop", "python"):
        (folder / ".venv" / "bin" / name).symlink_to(IMLOOP.with_name(name))
    port, log = free_port(), folder / "server.log"
    with ExitStack() as stack:
        environment = stack.enter_context(database(folder))
        out = stack.enter_context(log.open("wb"))
        server = subprocess.Popen(
            [IMLOOP, "serve", "--demo", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=out,
        )
        stack.callback(server.wait, 30)
        stack.callback(server.terminate)
        wait_until_served(server, port, log)
        yield folder, environment


@pytest.fixture(scope="module")
def tour(clone: tuple[Path, dict[str, str]]) -> Path:
    """The folder after the tour was run in it."""
    if shutil.which("bash") is None or shutil.which("curl") is None:
        pytest.skip("the tour needs bash and curl")
    folder, environment = clone
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

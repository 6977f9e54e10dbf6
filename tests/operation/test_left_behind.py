"""A server that is killed leaves nothing for good:
the next one clears its shared folder away, and no worker outlives it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from imloop.site.metric_files import PREFIX, clear_left_behind, metric_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of files, kills with signals")
SERVER = """
import os, sys
from pathlib import Path
from imloop.site.metric_files import metric_folder
with metric_folder(Path(sys.argv[1])) as folder:
    if "fork" in sys.argv and os.fork() == 0:  # a worker
        sys.stdin.read()
        os._exit(0)
    (folder / "counter_1.db").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""

WORKER = """
import multiprocessing, os, sys
from imloop.site.parent import end_with_parent
def work(input):
    sys.stdin = os.fdopen(input)
    print(os.getpid(), flush=True)
    sys.stdin.readline()  # still loading when its server is killed
    end_with_parent()
    sys.stdin.read()
worker = multiprocessing.get_context("fork").Process(target=work, args=[os.dup(0)])
worker.start()
worker.join()
"""


def server(place: Path, *more: str) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(place), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str]) -> None:
    """Its input closed, whoever still reads it; then everybody who held its output is gone."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    process.stdout.read()
    process.stdout.close()
    process.wait(30)


def test_killed_it_leaves_a_folder_that_the_next_start_clears(tmp_path: Path) -> None:
    killed, left = server(tmp_path)
    living, kept = server(tmp_path)
    killed.kill()
    killed.wait(30)
    assert left.is_dir()
    with metric_folder(tmp_path) as own:
        assert not left.exists()
        assert kept.is_dir() and (kept / "counter_1.db").exists()
        assert clear_left_behind(tmp_path) == 0
        assert own.is_dir()
    assert not own.exists()
    end(killed)
    end(living)
    assert list(tmp_path.iterdir()) == []


def test_while_a_worker_of_the_killed_one_lives_its_folder_stays(tmp_path: Path) -> None:
    killed, left = server(tmp_path, "fork")
    killed.kill()
    killed.wait(30)
    assert clear_left_behind(tmp_path) == 0 and left.is_dir()
    end(killed)
    assert clear_left_behind(tmp_path) == 1 and not left.exists()


def test_a_worker_whose_server_died_while_it_loaded_ends() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    assert int(process.stdout.readline()) != process.pid
    process.kill()
    process.wait(30)
    process.stdin.write("go on\n")
    process.stdin.flush()
    ended, _, _ = select.select([process.stdout], [], [], 30)
    assert ended, "the worker holds its output open, though its server is gone"
    assert process.stdout.read() == ""
    process.stdin.close()
    process.stdout.close()


def test_what_is_not_surely_dead_or_not_ours_stays(tmp_path: Path) -> None:
    starting = tmp_path / f"{PREFIX}starting"
    starting.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "owner.lock").touch()
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    other = tmp_path / "another-program"
    other.mkdir()
    (other / "owner.lock").touch()
    assert clear_left_behind(tmp_path) == 0
    assert starting.is_dir() and (elsewhere / "owner.lock").exists() and (other / "owner.lock").exists()

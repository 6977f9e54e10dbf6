"""A program that is forked from a process with the libraries finds what it would find in a new interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support.servers.processes import run_python

TELL = """
import atexit, json, os, sys
told = {
    "arguments": sys.argv, "folder": os.getcwd(), "environment": dict(os.environ), "place": sys.path[:2],
    "typed": sys.stdin.read(), "ours": sorted(name for name in sys.modules if name.startswith("imloop")),
    "settings": sys.modules["django.conf"].settings.configured if "django.conf" in sys.modules else False,
}
print(json.dumps(told, sort_keys=True))
print("gone wrong", file=sys.stderr)
atexit.register(print, "the end")
"""


def anew(arguments: list[str], environment: dict[str, str], typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=typed,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_has_its_own_arguments_environment_input_and_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"LC_ALL": "C.UTF-8", "ONLY": "this", "PYTHONPATH": str(tmp_path)}
    told = [call(["-c", TELL, "一", "2"], environment, typed="三\n") for call in (anew, run_python)]
    assert told[0].stdout == told[1].stdout and told[1].stdout.endswith("the end\n")
    assert told[0].stderr == told[1].stderr == "gone wrong\n"


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

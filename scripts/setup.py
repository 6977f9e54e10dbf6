"""Set up everything a clone needs, with the standard library only: ``python3 scripts/setup.py [--dev]``.

Makes ``.venv``, installs what the lock file names (hashes checked), the package itself, the browser assets and
the Chinese font, and compiles the message catalogues. Does nothing, fast, when none of their inputs changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
FONTS = ROOT / "src" / "imloop" / "papers" / "fonts"
VENDOR = ROOT / "src" / "imloop" / "pages" / "assets" / "vendor"
LOCALE = ROOT / "src" / "imloop" / "pages" / "locale"
INPUTS = (
    "pyproject.toml",
    "package.json",
    "package-lock.json",
    "scripts/setup.py",
    "scripts/assets.py",
    "scripts/compile_messages.py",
)


def lock_file(dev: bool) -> str:
    return "requirements-dev.lock" if dev else "requirements.lock"


def fingerprint(dev: bool) -> str:
    """SHA-256 over the interpreter's version and every file the set-up reads."""
    digest = hashlib.sha256(repr((sys.version_info[:3], str(ROOT))).encode())
    for name in (*INPUTS, lock_file(dev)):
        digest.update((ROOT / name).read_bytes())
    for catalogue in sorted(LOCALE.rglob("*.po")):
        digest.update(catalogue.read_bytes())
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    outputs = PYTHON.exists() and FONTS.is_dir() and VENDOR.is_dir()
    compiled = all(po.with_suffix(".mo").exists() for po in LOCALE.rglob("*.po"))
    return outputs and compiled and stamp.exists() and stamp.read_text(encoding="ascii") == wanted


def run(*command: str | Path) -> None:
    """Run one step with the environment's programs first on the PATH; its failure ends the set-up."""
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "VIRTUAL_ENV": str(VENV),
    }
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        sys.exit(f"set-up stopped: {' '.join(Path(str(part)).name for part in command[:4])} failed")


def pip(*arguments: str) -> None:
    run(PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input", *arguments)


def make_environment() -> None:
    works = (
        PYTHON.exists()
        and not subprocess.run(
            [PYTHON, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode
    )
    if works:
        return
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists(), symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, ModuleNotFoundError):
        sys.exit("set-up needs Python's venv and pip (Debian and Ubuntu: the package python3-venv)")


def install(dev: bool) -> None:
    pip("--require-hashes", "--requirement", lock_file(dev))
    pip("--no-deps", "--no-build-isolation", "--editable", ".")


def fetch_assets(dev: bool) -> None:
    if shutil.which("npm") is None and not (BIN / "npm").exists():
        print("no npm on this machine: installing one into .venv", flush=True)
        pip("--require-hashes", "--requirement", "requirements-node.lock")
    run(PYTHON, "scripts/assets.py", *(["--dev"] if dev else []))


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the interpreter may be any; a clear word instead of a traceback
        sys.exit(f"imloop needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    options = argparse.ArgumentParser(description="Set up the environment of this clone.")
    options.add_argument("--dev", action="store_true", help="also what tests and checks need")
    dev = options.parse_args().dev
    stamp, wanted = VENV / f"imloop-{'dev' if dev else 'run'}.stamp", fingerprint(dev)
    if is_current(stamp, wanted):
        return
    steps = (
        ("environment", make_environment),
        (f"packages ({lock_file(dev)})", lambda: install(dev)),
        ("browser assets and font", lambda: fetch_assets(dev)),
        ("message catalogues", lambda: run(PYTHON, "scripts/compile_messages.py")),
    )
    for number, (name, step) in enumerate(steps, start=1):
        print(f"set-up {number}/{len(steps)}: {name}", flush=True)
        step()
    stamp.write_text(wanted, encoding="ascii")


if __name__ == "__main__":
    main()

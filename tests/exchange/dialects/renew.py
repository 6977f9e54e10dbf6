"""Write the example of every dialect and what it reads as, anew: ``python tests/exchange/dialects/renew.py``.

The examples are generated tests of ``tests/golden`` in the dialect's words; the difference in git shows what a changed
map does. ``jtt1132.json`` and the columns example are written by hand and only read here.
"""

from __future__ import annotations

import json
from pathlib import Path

import zstandard

from imloop.exchange.dialects import named, read, write

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "golden"
GENERATED = {
    "line-ini-asm.ini": ("line-ini", "ini", "asm-1-fail", "gb18030"),
    "line-csv-tsi.csv": ("line-csv", "csv", "tsi-1-pass", "utf-8-sig"),
    "hj1238-lugdown.xml": ("hj1238", "xml", "lugdown-1-fail", "utf-8"),
    "hj1238-freeacc.json": ("hj1238", "json", "freeacc-1-pass", "utf-8"),
}
BY_HAND = {"jtt1132-repair.json": "jtt1132", "line-ini-lists.ini": "line-ini"}


def upload(name: str) -> dict[str, object]:
    """A golden upload as a message."""
    return json.loads(zstandard.decompress((GOLDEN / f"{name}.json.zst").read_bytes()))


def understood(file: Path) -> str:
    return (
        json.dumps(read(file.read_bytes()).message, ensure_ascii=False, indent=1).replace(",\n    ", ", ")
        + "\n"
    )


def main() -> None:
    for name, (dialect, container, golden, encoding) in GENERATED.items():
        (HERE / name).write_bytes(write(named(dialect), upload(golden), container).encode(encoding))
    for name in (*GENERATED, *BY_HAND):
        (HERE / f"{name}.read").write_text(understood(HERE / name), encoding="utf-8")


if __name__ == "__main__":
    main()

"""typst, set up once: our fonts only, a fixed time, so that the same content always gives the same bytes."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

import segno
import typst

from imloop.facts.days import read_day

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
TEMPLATES = HERE / "templates"
_lock = Lock()


class FontsMissing(RuntimeError):
    def __init__(self) -> None:
        super().__init__("the Chinese font is not installed: run python scripts/setup.py")


def template(place: str, name: str, day: date) -> Path:
    """The form in use on a day: the most local (city, province, then the nation's), and of those the newest. A form is
    dated by its name, ``notice.2027-01-01.typ``; one without a date is the first. So a form is never changed, a new one
    is laid beside it, and what was issued on the old prints on the old."""
    stem, _, ending = name.rpartition(".")
    for code in (place, f"{place[:4]}00", f"{place[:2]}0000", "000000"):
        folder = TEMPLATES / code
        dated = (each.name[len(stem) + 1 : -len(ending) - 1] for each in folder.glob(f"{stem}.*.{ending}"))
        begun = sorted(since for since in dated if read_day(since) <= day)
        found = folder / (f"{stem}.{begun[-1]}.{ending}" if begun else name)
        if found.exists():
            return found
    raise FileNotFoundError(f"no template {name} for {place} on {day}")


@lru_cache(maxsize=8)
def _compiler(path: Path) -> typst.Compiler:
    if not (FONTS / "NotoSansSC-Regular.ttf").exists():
        raise FontsMissing
    return typst.Compiler(
        input=str(path), root=str(path.parent), font_paths=[str(FONTS)], ignore_system_fonts=True
    )


def print_pdf(path: Path, content: dict[str, object], stamp: datetime) -> bytes:
    """The PDF of a template filled with ``content`` (JSON); ``stamp`` is the document's own time."""
    with _lock:
        document = _compiler(path).compile(
            format="pdf",
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            timestamp=int(stamp.timestamp()),
        )
    assert isinstance(document, bytes)
    return document


def qr_svg(address: str) -> str:
    """The address as an SVG picture."""
    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()

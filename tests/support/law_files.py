"""Small law files for tests: texts with values, calendars or thresholds, alone on a shelf or beside the shipped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path

from imloop.law import Book, load
from imloop.law.book import DATA
from imloop.law.reading import Shelf, read_file

HEAD = """\
text:
  id: {name}
  short: 《{name}》
  title: 标题
  title_en: title
  place: "{place}"
  in_force: 2000-01-01
  source: a test
  confirmed: {{on: 2026-01-01, how: by hand}}
"""
BODY = """\
sources:
  trial: {{zh: 本地试验, en: a local trial}}
thresholds:
  {key}:
    says: {{zh: 一句话, en: a sentence}}
    unit: "{unit}"
    dated:
      - {{from: {since}, value: {value}, source: trial, confidence: high}}
"""


def write(folder: Path, body: str, place: str = "450200", name: str = "city") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(HEAD.format(name=name, place=place) + body, encoding="utf-8")
    return file


def one(key: str, unit: str, since: date, value: float) -> str:
    """The sections of a file that sets one threshold from a day on."""
    return BODY.format(key=key, unit=unit, since=since, value=value)


@cache
def _shipped() -> tuple[Shelf, ...]:
    return tuple(read_file(file, str(file.relative_to(DATA))) for file in sorted(DATA.rglob("*.yaml")))


def book_with(*files: Path) -> Book:
    """The shipped texts and some files more; as ``load`` reads them, but the shipped ones only once."""
    shelf = Shelf()
    for read in (*_shipped(), *(read_file(file, file.name) for file in files)):
        shelf.texts += read.texts
        shelf.values += read.values
        shelf.thresholds += read.thresholds
        shelf.calendars += read.calendars
    return Book(shelf)


def law_file(
    folder: Path, name: str, rows: Mapping[str, str], place: str = "000000", text: str = "", unit: str = "元"
) -> Path:
    """``rows``: key → its dated rows in flow style, such as ``{from: 2020-01-01, value: 1, confidence: chosen}``;
    ``text``: further fields of the text, such as ``ends: 2026-08-14``."""
    values = "".join(
        f"  {key}:\n    clause: 第一条\n    says: 一句话\n    unit: '{unit}'\n    dated: [{dated}]\n"
        for key, dated in rows.items()
    )
    more = f"  {text}\n" if text else ""
    return write(folder, more + (f"values:\n{values}" if values else ""), place, name)


alone = partial(load, known_words=False)
"""A book of files whose keys are made up."""


def book(*files: Path) -> Book:
    """Of these files alone."""
    return alone(files)


def row(since: str, value: object, until: str = "", more: str = "") -> str:
    """One dated row with a value that was chosen."""
    ends = f"until: {until}, " if until else ""
    return f"{{from: {since}, {ends}value: {value}, confidence: chosen{', ' if more else ''}{more}}}"


def unseen(since: str, until: str = "") -> str:
    ends = f"until: {until}, " if until else ""
    return f"{{from: {since}, {ends}unseen: true, note: the text of 2017 is not at hand}}"

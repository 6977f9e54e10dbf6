"""A place's own file of thresholds, written for a test and laid on the shelf beside the shipped texts."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from imloop.law import Book
from imloop.law.book import DATA
from imloop.law.reading import Shelf, read_file

HEAD = """\
text:
  id: {name}
  short: {name}
  title: 地方阈值
  title_en: thresholds of a place
  place: "{place}"
  in_force: 2020-01-01
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

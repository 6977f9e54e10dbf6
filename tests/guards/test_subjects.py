"""One subject, one name, in every layer; a folder that one can read; the database is asked in steps only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.repository import ROOT

SOURCE = ROOT / "src" / "imloop"
SUBJECTS = {folder.name for folder in (SOURCE / "steps").iterdir() if (folder / "__init__.py").exists()}
MOST_MODULES = 15
NUMBERED = {"src/imloop/store/migrations"}
"""Django keeps all migrations of an app in one folder."""

SHARED: dict[str, set[str]] = {
    "src/imloop/api": {"app", "http"},
    "src/imloop/gates": {"answer"},
    "src/imloop/pages": {
        "addresses",
        "apps",
        "assets",
        "choices",
        "context",
        "forms",
        "fresh",
        "guard",
        "headers",
        "locale",
        "menu",
        "menu_entry",
        "public",
        "searches",
        "sent_form",
        "tables",
        "templates",
        "templatetags",
        "urls",
    },
    "src/imloop/store/models": {"casework", "registers", "trail"},
    "src/imloop/store/models/casework": set(),
    "src/imloop/store/models/registers": {"spans"},
    "src/imloop/store/models/trail": set(),
}
"""Folder → what stands in it beside the subjects: what they all share, or the rooms they stand in."""

MIRRORED = {
    "src/imloop/pages/templates": {"layout", "parts", "public"},
    "tests/pages": set(),
    "tests/steps": set(),
    "tests/stories": set(),
}
"""Folder → its folders that are no subject. Files lie beside them."""


def names(folder: Path) -> set[str]:
    """The modules and folders of a folder, without endings."""
    found = (each for each in folder.iterdir() if each.is_dir() or each.suffix == ".py")
    return {each.stem for each in found} - {"__init__", "__pycache__"}


@pytest.mark.parametrize("folder", SHARED)
def test_whatever_is_not_shared_bears_the_name_of_a_subject(folder: str) -> None:
    found = names(ROOT / folder)
    assert found - SHARED[folder] - (SUBJECTS - {"ground"}) == set(), "no folder of this name in steps"
    assert SHARED[folder] - found == set(), "it is not there any more"
    assert SHARED[folder] & SUBJECTS == set()


@pytest.mark.parametrize("folder", MIRRORED)
def test_what_mirrors_the_subjects_has_their_names(folder: str) -> None:
    found = {each.name for each in (ROOT / folder).iterdir() if each.is_dir()} - {"__pycache__"}
    assert found and found - MIRRORED[folder] - SUBJECTS == set()


def test_a_folder_holds_no_more_than_one_can_read() -> None:
    tops = [ROOT / name for name in ("src/imloop", "tests", "benchmarks", "scripts")]
    folders = [each for top in tops for each in (top, *top.rglob("*")) if each.is_dir()]
    counts = {
        folder.relative_to(ROOT).as_posix(): sum(1 for file in folder.glob("*.py") if file.stem != "__init__")
        for folder in folders
    }
    assert {name for name in NUMBERED if counts[name] > MOST_MODULES} == NUMBERED, "no exception any more"
    assert [
        (name, n) for name, n in sorted(counts.items()) if n > MOST_MODULES and name not in NUMBERED
    ] == []


@pytest.mark.parametrize("layer", ["pages", "api"])
def test_pages_and_calls_ask_the_steps_and_not_the_database(layer: str) -> None:
    """Who may see a row is decided in one place: the look-ups of its subject."""
    asks = re.compile(r"\.objects\b|\b_default_manager\b|\bget_object_or_404\b")
    found = [
        f"{file.relative_to(SOURCE)}:{number}"
        for file in sorted((SOURCE / layer).rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if asks.search(line)
    ]
    assert found == []

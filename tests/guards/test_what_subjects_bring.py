"""Each subject brings its own addresses and menu entries; the centre joins what is there, and leaves none out."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.urls import Resolver404, URLPattern, get_resolver, resolve

import imloop
from imloop.pages import menu, urls
from imloop.pages.guard import EVERY_DESK, audience_of
from imloop.pages.menu_entry import OWN, MenuEntry

SOURCE = Path(imloop.__file__).parent
MARKED = re.compile(r"<(?:(\w+):)?\w+>")


def brought(layer: str, name: str) -> list[ModuleType]:
    """``name`` of every subject of a layer, as the folders hold it."""
    files = sorted((SOURCE / layer).glob(f"*/{name}.py"))
    assert files, "nothing to compare"
    return [importlib.import_module(f"imloop.{layer}.{file.parent.name}.{name}") for file in files]


def address(pattern: URLPattern) -> str:
    """An address that the pattern serves."""
    return "/" + MARKED.sub(lambda mark: "1" if mark[1] == "int" else "x", str(pattern.pattern))


def route(address: str) -> str | None:
    try:
        return resolve(address).route
    except Resolver404:
        return None


# -- addresses -----------------------------------------------------------------------------------------------


def test_the_pages_served_are_those_that_the_subjects_bring() -> None:
    assert list(urls.SUBJECTS) == brought("pages", "urls"), "a subject is missing, or named without addresses"
    served = Counter(get_resolver("imloop.pages.urls").url_patterns)
    assert served == Counter(pattern for subject in urls.SUBJECTS for pattern in subject.urlpatterns)
    assert max(Counter(str(pattern.pattern) for pattern in served).values()) == 1, "an address twice"


def test_a_subject_serves_its_own_views_and_no_others() -> None:
    for subject in urls.SUBJECTS:
        folder = subject.__name__.removesuffix(".urls")
        found = {
            view
            for file in (SOURCE / "pages" / folder.rpartition(".")[2]).glob("*.py")
            for view in views(importlib.import_module(f"{folder}.{file.stem}"))
        }
        assert found == {pattern.callback for pattern in subject.urlpatterns}, subject


def views(module: ModuleType) -> Iterator[object]:
    """What a module defines and opens to somebody."""
    for each in vars(module).values():
        if getattr(each, "__module__", None) == module.__name__ and hasattr(each, "audience"):
            yield each


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda each: str(each.pattern))
def test_no_address_hides_behind_another(pattern: URLPattern) -> None:
    assert route(address(pattern)) == str(pattern.pattern)


# -- menus ---------------------------------------------------------------------------------------------------


def test_the_menus_are_made_of_what_the_subjects_bring() -> None:
    entries = [entry for subject in brought("pages", "urls") for entry in getattr(subject, "MENU", ())]
    assert list(menu.ENTRIES) == entries
    assert {kind for entry in entries for kind in entry.places} == set(EVERY_DESK)


@pytest.mark.parametrize("entry", menu.ENTRIES, ids=lambda each: str(each.url))
def test_a_menu_entry_leads_its_desk_to_a_page_of_its_subject(entry: MenuEntry) -> None:
    (subject,) = [each for each in urls.SUBJECTS if entry in getattr(each, "MENU", ())]
    found = route(entry.url.replace(OWN, "x"))
    leads = [pattern for pattern in subject.urlpatterns if str(pattern.pattern) == found]
    assert len(leads) == 1, f"{entry.url} leads to no page of {subject.__name__}"
    assert set(entry.places) <= set(audience_of(leads[0].callback)), "a desk that the page turns away"


@pytest.mark.parametrize("kind", EVERY_DESK)
def test_no_two_entries_have_the_same_place_in_a_menu(kind: str) -> None:
    places = Counter(entry.places[kind] for entry in menu.ENTRIES if kind in entry.places)
    assert places and max(places.values()) == 1, places

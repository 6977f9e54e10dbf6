"""Each subject brings its own addresses, menu entries and tasks; the centre joins what is there, and leaves
none out."""

from __future__ import annotations

import ast
import importlib
import inspect
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
from imloop.steps.desk import work_list
from imloop.steps.findings.tasks import as_tasks
from imloop.steps.ground.access import OFFICES
from imloop.steps.ground.task import Source

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
            for file in (SOURCE / "pages" / folder.rpartition(".")[2]).rglob("*.py")
            for view in views(importlib.import_module(_module(file)))
        }
        assert found == {pattern.callback for pattern in subject.urlpatterns}, subject


def _module(file: Path) -> str:
    return ".".join(("imloop", *file.relative_to(SOURCE).with_suffix("").parts))


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
    assert {kind for entry in entries for kind in entry.desks} == set(EVERY_DESK)


@pytest.mark.parametrize("entry", menu.ENTRIES, ids=lambda each: str(each.url))
def test_a_menu_entry_leads_its_desk_to_a_page_of_its_subject(entry: MenuEntry) -> None:
    (subject,) = [each for each in urls.SUBJECTS if entry in getattr(each, "MENU", ())]
    found = route(entry.url.replace(OWN, "x"))
    leads = [pattern for pattern in subject.urlpatterns if str(pattern.pattern) == found]
    assert len(leads) == 1, f"{entry.url} leads to no page of {subject.__name__}"
    assert set(entry.desks) <= set(audience_of(leads[0].callback)), "a desk that the page turns away"


@pytest.mark.parametrize("kind", EVERY_DESK)
def test_no_two_entries_have_the_same_place_in_a_menu(kind: str) -> None:
    places = Counter((entry.group, entry.at) for entry in menu.ENTRIES if kind in entry.desks)
    assert places and max(places.values()) == 1, places


# -- work lists ----------------------------------------------------------------------------------------------


def links(node: ast.AST) -> Iterator[str]:
    """The addresses written in a piece of code, with 1 for each value put in."""
    text = ""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from links(child)
    if text.startswith("/"):
        yield re.split("[?#]", text)[0]


def test_the_work_list_asks_every_subject_that_has_tasks() -> None:
    assert sorted(each.__name__ for each in work_list.SUBJECTS) == [
        each.__name__ for each in brought("steps", "tasks")
    ]
    kinds = [source.kind for subject in work_list.SUBJECTS for source in subject.SOURCES]
    assert list(work_list.KIND_NAMES) == kinds, "a kind twice"


def test_a_source_gives_tasks_of_its_own_kind() -> None:
    for subject in work_list.SUBJECTS:
        calls = (
            node for node in ast.walk(ast.parse(inspect.getsource(subject))) if isinstance(node, ast.Call)
        )
        made = {
            str(call.args[0].value)
            for call in calls
            if ast.unparse(call.func) in ("Task", "as_tasks") and isinstance(call.args[0], ast.Constant)
        }
        assert made == {source.kind for source in subject.SOURCES}, subject


@pytest.mark.parametrize("source", work_list.SOURCES, ids=lambda each: str(each.kind))
def test_a_task_leads_those_whom_it_asks_to_a_page_of_theirs(source: Source) -> None:
    assert source.desks and set(source.desks) <= set(OFFICES)
    code = inspect.getsource(source.find)
    if "as_tasks(" in code:
        code += inspect.getsource(as_tasks)
    found = list(links(ast.parse(code)))
    assert found, "no link"
    for link in found:
        leads = resolve(link).func
        assert set(source.desks) <= set(audience_of(leads)), link

"""The style sheets: all of them linked, nothing outside the layers, nothing in them that no page uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.repository import ROOT

PAGES = ROOT / "src" / "imloop" / "pages"
SHEETS = sorted((PAGES / "assets" / "imloop").glob("*.css"))
LINKED = re.compile(r"static 'imloop/(\w+\.css)'")


def rules_of(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def outside_layers(rules: str) -> list[str]:
    """Selectors that stand in no layer."""
    found, depth, start = [], 0, 0
    for at, sign in enumerate(rules):
        if sign == "{":
            if not depth:
                found.append(rules[start:at].strip())
            depth += 1
        elif sign == "}":
            depth -= 1
        if sign in "};" and not depth:
            start = at + 1
    return [selector for selector in found if not selector.startswith("@layer ")]


def classes_of(rules: str) -> set[str]:
    selectors = re.sub(r"\{[^{}]*\}", " ", rules)
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


def unknown_or_unused(rules: str) -> set[str]:
    """Tokens that are used and nowhere set, or set and nowhere used."""
    return set(re.findall(r"var\((--[\w-]+)\)", rules)) ^ set(re.findall(r"(--[\w-]+):", rules))


@pytest.fixture(scope="module")
def rules() -> str:
    return "\n".join(rules_of(path) for path in SHEETS)


def test_every_sheet_is_linked_after_the_one_that_orders_the_layers() -> None:
    linked = LINKED.findall((PAGES / "templates" / "layout" / "base.html").read_text(encoding="utf-8"))
    assert sorted(linked) == [path.name for path in SHEETS]
    first = rules_of(PAGES / "assets" / "imloop" / linked[0])
    assert first.lstrip().startswith("@layer base, layout, parts, helpers, print;")


def test_nothing_stands_outside_the_layers(rules: str) -> None:
    assert outside_layers(rules) == []


def test_a_rule_outside_the_layers_is_seen() -> None:
    text = "@layer a, b; @layer b { .x { top: 0 } @media print { .y { top: 0 } } } .z, p { top: 0 }"
    assert outside_layers(text) == [".z, p"]


def test_every_token_is_set_and_used(rules: str) -> None:
    assert unknown_or_unused(rules) == set()
    assert unknown_or_unused(":root { --a: 1; --b: 2 } p { top: var(--a); left: var(--c) }") == {"--b", "--c"}


def test_every_class_is_named_by_a_page(rules: str) -> None:
    sources = (
        path
        for kind in ("html", "js", "py")
        for path in (ROOT / "src" / "imloop").rglob(f"*.{kind}")
        if not {"vendor", "migrations"}.intersection(path.parts)
    )
    named = {word for path in sources for word in re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))}
    assert classes_of(rules)
    assert sorted(classes_of(rules) - named) == []

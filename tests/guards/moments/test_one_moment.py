"""What a writing step decides upon is read while it holds the lock: whatever was read before may have changed since."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from support.repository import ROOT

SOURCE = ROOT / "src" / "imloop"
OWN_STATEMENTS = {"fetch_one", "fetch_all", "rows", "refresh_from_db"}
QUERIES = {
    *("get", "first", "last", "filter", "exclude", "values", "values_list", "count", "exists", "all"),
    *("select_related", "order_by", "annotate", "in_bulk", "aggregate", "iterator"),
}
NEVER_CHANGES = {"law_at", "party", "department", "clock"}
"""Looked up before the lock all the same: the law is data, and code, kind and place of a party are for ever."""
LOCKS = ("writing", "managing", "look", "alone")

EARLIER_ON_PURPOSE: Mapping[str, str] = {
    "draws.prepare_draw.prepare": "a long list, as of a day; the draw keeps the list itself",
    "duty.duty_record.looks": "the newest entry before the question, which adds one of its own",
    "inspections.what_if.run_latest": "a long report over frozen tests; only who asked is written",
    "journal.seals.seal": "entries never change; whether the day is sealed is asked again in the lock",
    "remote_sensing.tell_owner.open_confirmed": "a list to go through; each row is asked again in the lock",
    "reports.paper_shares.watch_shares": "counts of a period; whether it was found before is asked in the lock",
    "stations.certificates.warn_of_expiry": "a list to go through; each row is asked again in the lock",
}
ROWS_HANDED_OVER: Mapping[str, str] = {
    "couriers.deliveries.delivered": "leased by this worker; the cursor is compared in the lock",
    "couriers.deliveries.refused": "leased by this worker; the cursor is compared in the lock",
}

Name = tuple[str, str]
"""Module and function."""


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted((SOURCE / "steps").rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def functions() -> dict[Name, ast.FunctionDef]:
    return {
        (module, node.name): node
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


def imported(module: str) -> dict[str, Name]:
    """What a name in the module stands for."""
    return imported_in(modules()[module])


@cache
def imported_in(tree: ast.Module) -> dict[str, Name]:
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module is not None
        for alias in node.names
    }


def called(module: str, call: ast.Call) -> Name | None:
    """The step's function that is called."""
    target = call.func
    if isinstance(target, ast.Name):
        own = module, target.id
        return own if own in functions() else imported(module).get(target.id)
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        package = imported(module).get(target.value.id)
        return (".".join(package), target.attr) if package else None
    return None


def asks(call: ast.Call) -> bool:
    """Does the call itself go to the database?"""
    if isinstance(call.func, ast.Name):
        return call.func.id in OWN_STATEMENTS
    if not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in OWN_STATEMENTS or (
        call.func.attr in QUERIES and ".objects." in ast.unparse(call.func)
    )


def calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


@cache
def readers() -> frozenset[Name]:
    """Functions that read, or call one that does."""
    found = {name for name, node in functions().items() if any(asks(call) for call in calls(node))}
    grown = True
    while grown:
        grown = False
        for name, node in functions().items():
            through = (called(name[0], call) for call in calls(node))
            if name not in found and any(
                each in found and each[1] not in NEVER_CHANGES for each in through if each is not None
            ):
                found.add(name)
                grown = True
    return frozenset(found)


def lock_of(node: ast.FunctionDef) -> ast.With | None:
    for each in ast.walk(node):
        if isinstance(each, ast.With) and any(
            isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr.func) in LOCKS
            for item in each.items
        ):
            return each
    return None


def read_before(name: Name, node: ast.FunctionDef, lock: ast.With) -> list[str]:
    """What a step reads before its lock, or to name who takes it."""
    found = []
    arguments = [
        argument
        for item in lock.items
        for argument in calls(item.context_expr)
        if argument is not item.context_expr
    ]
    for call in (*(each for each in calls(node) if each.lineno < lock.lineno), *arguments):
        target = called(name[0], call)
        if asks(call) or (target in readers() and target is not None and target[1] not in NEVER_CHANGES):
            found.append(ast.unparse(call.func))
    return found


def steps() -> Iterator[tuple[str, Name, ast.FunctionDef, ast.With]]:
    for name, node in functions().items():
        lock = lock_of(node)
        if lock is not None:
            yield f"{name[0].removeprefix('imloop.steps.')}.{name[1]}", name, node, lock


def test_nothing_is_read_before_the_lock() -> None:
    early = {said: found for said, name, node, lock in steps() if (found := read_before(name, node, lock))}
    assert early.keys() == EARLIER_ON_PURPOSE.keys(), early


def test_no_row_is_handed_to_a_step_that_takes_the_lock() -> None:
    """Neither alone nor in a list: it gets names, or the query, and reads the row itself. What a party is called, its
    kind and place never change."""
    from django.apps import apps

    rows = {model.__name__ for model in apps.get_models()} - {"Party", "User"}
    handed = {
        said
        for said, _, node, _ in steps()
        for argument in (*node.args.args, *node.args.kwonlyargs)
        if argument.annotation is not None
        and not {"Callable", "QuerySet"} & set(re.findall(r"\w+", ast.unparse(argument.annotation)))
        and rows & set(re.findall(r"\w+", ast.unparse(argument.annotation)))
    }
    assert handed == ROWS_HANDED_OVER.keys()


@pytest.mark.parametrize(
    ("body", "early"),
    [
        (
            "row = Case.objects.filter(pk=1).first()\n    with writing(now, caller) as ledger:\n        row.save()",
            True,
        ),
        ("with writing(now, caller) as ledger:\n        row = Case.objects.get(pk=1)", False),
        ("with writing(now, named(Case.objects.get(pk=1))) as ledger:\n        pass", True),
    ],
)
def test_the_guard_tells_them_apart(body: str, early: bool) -> None:
    node = ast.parse(f"def step(now, caller):\n    {body}\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    lock = lock_of(node)
    assert lock is not None
    module = next(iter(modules()))
    assert bool(read_before((module, "step"), node, lock)) is early

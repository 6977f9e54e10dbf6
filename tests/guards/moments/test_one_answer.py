"""What a call answers from several rows is of one moment: a row that is read first, and what belongs to it read later,
may tell two stories. Such a call shows what ``look``, ``after`` or a writing step found, and asks for nothing more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from guards.moments.test_one_moment import OWN_STATEMENTS, QUERIES, SOURCE, Name, imported_in

OF_ONE_MOMENT = {"writing", "managing", "alone", "look", "after", "snapshot", "done_or_proposed"}
NOT_ASKED = {"caller", "count_question", "law_at", "department", "party", "known_place"}
"""Who calls, how often, what never changes."""
DEEPEST = 8

SEVERAL_MOMENTS: Mapping[str, frozenset[str]] = {
    "rows of a list, each of its own moment": frozenset(
        [
            *(
                "appointments.get_queue",
                "appointments.get_slots",
                "draws.get_draws",
                "draws.get_public_draws",
                "findings.get_findings",
            ),
            *("inspections.get_held_runs", "journal.get_roots", "lines.get_lines", "lines.get_software"),
            *(
                "matters.get_matters",
                "matters.complaints.get_complaints",
                "matters.copies.get_copies",
                "repairs.get_repairers",
                "repairs.get_rework",
                "stations.get_staff",
            ),
            *("stations.get_certificates", "stations.get_expiring", "stations.get_stations"),
            *("remote_sensing.get_readings", "remote_sensing.get_sites"),
            *("appointments.get_day", "second_person.get_proposals", "vehicles.get_held_changes"),
        ]
    ),
    "what is shown never changes any more": frozenset(
        [
            *("cases.get_notice", "couriers.get_feed", "couriers.get_stream", "draws.get_own"),
            *("inspections.get_report", "journal.get_inclusion", "matters.get_file", "outages.get_form"),
            "matters.get_paper",
            "trace_back.get_trace_back",  # beside what it reads at once: the law of then, for the recomputation
        ]
    ),
    "a long list is read as of a day, before the draw that keeps it is made": frozenset(["draws.post_draw"]),
    "facts of several registers, none of which changes with another; the step that rests on it asks again": frozenset(
        [
            *("cases.get_permit", "roads.get_public_road", "roads.post_public_road"),
            *("roads.get_road_gate", "stations.get_conflict"),
            *("vehicles.get_cycle_gate", "vehicles.get_mark_gate", "vehicles.get_registration_gate"),
        ]
    ),
}


@cache
def trees() -> dict[str, ast.Module]:
    found = {}
    for layer in ("steps", "api", "papers", "pages"):
        for path in sorted((SOURCE / layer).rglob("*.py")):
            name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def functions() -> dict[Name, ast.FunctionDef]:
    return {
        (module, node.name): node
        for module, tree in trees().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def accessors() -> frozenset[str]:
    """Names under which rows lead to the rows that belong to them."""
    from django.apps import apps

    models = apps.get_app_config("store").get_models()
    return frozenset(
        str(each.get_accessor_name()) for model in models for each in model._meta.related_objects
    )


def asks(call: ast.Call) -> bool:
    target = call.func
    if isinstance(target, ast.Name):
        return target.id in OWN_STATEMENTS
    if not isinstance(target, ast.Attribute):
        return False
    if target.attr in OWN_STATEMENTS:
        return True
    manager = target.value
    return (
        target.attr in QUERIES
        and isinstance(manager, ast.Attribute)
        and (manager.attr == "objects" or manager.attr in accessors())
    )


def called(module: str, call: ast.Call) -> Name | None:
    target = call.func
    if isinstance(target, ast.Name):
        own = module, target.id
        return own if own in functions() else imported_in(trees()[module]).get(target.id)
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        package = imported_in(trees()[module]).get(target.value.id)
        return (".".join(package), target.attr) if package else None
    return None


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Those that it makes itself, outside of a lock: what it hands on to be called is called where it is handed to."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, (ast.Lambda, ast.FunctionDef)) or locks(each):
            continue
        if isinstance(each, ast.Call):
            yield each
        yield from calls(each)
        yield from calls(again(each))


def again(node: ast.AST) -> ast.AST:
    """What a loop does more than once: all but what it goes through."""
    parts: list[ast.AST] = []
    if isinstance(node, ast.For):
        parts = [*node.body]
    elif isinstance(node, ast.While):
        parts = [node.test, *node.body]
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        parts = [*made, *node.generators[0].ifs, *node.generators[1:]]
    return ast.Module(body=parts, type_ignores=[])  # type: ignore[arg-type]  # any node has children


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


@cache
def moments(name: Name, depth: int = 0) -> int:
    """How many times it goes to the database, each lock counting once for all that is read in it."""
    node = functions().get(name)
    if node is None or name[1] in NOT_ASKED or depth > DEEPEST:
        return 0
    return counted(name[0], node, depth)


def locks(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(
        isinstance(each.context_expr, ast.Call) and name_of(each.context_expr) in OF_ONE_MOMENT
        for each in node.items
    )


def counted(module: str, node: ast.FunctionDef, depth: int = 0) -> int:
    if any(isinstance(each, ast.Call) and name_of(each) in OF_ONE_MOMENT for each in node.decorator_list):
        return 1
    found = sum(map(locks, ast.walk(node)))
    for call in calls(node):
        target = called(module, call)
        if name_of(call) in OF_ONE_MOMENT or asks(call):
            found += 1
        elif target is not None:
            found += moments(target, depth + 1)
    return found


def views() -> Iterator[tuple[str, Name]]:
    for name, node in functions().items():
        if name[0].startswith("imloop.api.") and any(
            "router." in ast.unparse(each) for each in node.decorator_list
        ):
            yield f"{name[0].removeprefix('imloop.api.')}.{name[1]}", name


def test_a_call_answers_of_one_moment() -> None:
    several = {said: count for said, name in views() if (count := moments(name)) > 1}
    assert several.keys() == frozenset().union(*SEVERAL_MOMENTS.values()), several


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("row = Case.objects.get(pk=1)\n    return list(row.events.all())", 2),
        ("return after(lambda: Case.objects.get(pk=1), lambda row: list(row.events.all()))", 1),
        ("with alone():\n        return list(Case.objects.get(pk=1).events.all())", 1),
        (
            "step = take(1)\n    with writing(now, caller):\n        pass\n    return Case.objects.get(pk=1)",
            2,
        ),
        ("return Case.objects.get(pk=1)", 1),
        ("pass\n\n@alone()\ndef view(request):\n    return list(Case.objects.get(pk=1).events.all())", 1),
        ("return [name_of(Case.objects.get(pk=each)) for each in request.GET]", 2),
        ("return [name_of(each) for each in Case.objects.filter(pk=1)]", 1),
        ("for each in request.GET:\n        found = Case.objects.get(pk=each)", 2),
        ("return 1", 0),
    ],
)
def test_the_guard_tells_them_apart(body: str, count: int) -> None:
    node = ast.parse(f"def view(request):\n    {body}\n").body[-1]
    assert isinstance(node, ast.FunctionDef)
    assert counted(next(iter(trees())), node) == count

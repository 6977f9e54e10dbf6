"""A page about one thing is of one moment, as an answer of the API is (``test_one_answer``), and a form decides nothing
by what was read before its step took the lock."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import pytest

from guards.moments import test_one_answer as answers
from guards.moments.test_one_answer import Name, asks, called, functions, locks, moments, name_of

WHOLE = "of_one_moment"
LOCKS = {"writing", "managing"}
"""A writing step's."""
DEEPEST = 6

SEVERAL_MOMENTS: Mapping[str, str] = {
    "a desk or a list: cards and rows, each of its own moment": """
        accounts.account.account accounts.keys.keys accounts.people.one_person
        accounts.people.people appointments.reception_day.hours
        appointments.reception_day.queue_board appointments.visits.public_queue
        cases.case_list.cases couriers.couriers.couriers couriers.couriers.one_courier
        desk.first_steps.steps desk.istation.today desk.mstation.cases desk.work_desk.work
        draws.draws.all_draws draws.public_draws.draws duty.officials.my_record
        duty.officials.officials duty.officials.one_official duty.supervision.acts
        duty.supervision.looks duty.supervision.people findings.findings.findings
        inspections.held_runs.held_runs inspections.inspection_list.inspections
        journal.journal.roots lines.lines.lines lines.software.software
        matters.complaints.desk.complaints matters.complaints.desk.rewards matters.copies.copies
        matters.matters.matters outages.istation_outage.outage outages.outages.outages
        prices.prices.conflicts prices.prices.prices public.public.start repairs.repair.records
        repairs.repair_watch.repairs repairs.repair_watch.shops repairs.repairers.repairers
        repairs.station_papers.papers reports.open_lists.stations roads.roads.guests
        roads.roads.roads roads.roads.zones second_person.proposals.all_proposals
        stations.compare.compare stations.parties.certificates stations.parties.stations
        remote_sensing.public_sites.public_sites remote_sensing.readings.readings
        remote_sensing.review.review_next remote_sensing.sites.sites
        spot_checks.checks.all_checks spot_checks.tasks.all_tasks spot_checks.tasks.instruments
        vehicles.vehicles.police
    """,
    "a gate or a form: the step that rests on it asks again": """
        appointments.reception.reception appointments.reception_day.visit
        appointments.visits.book_retest appointments.visits.book_test cases.one_case.decide
        cases.owner.case_history cases.owner.vehicle_history cases.retest_permit.permit
        matters.apply.edit matters.complaints.desk.take_down matters.complaints.report.report
        remote_sensing.public_sites.owner_reading remote_sensing.sites.one_site
        matters.copies.new_copy matters.matters.open_one public.public.find repairs.repair.repair
        stations.register.departments stations.register.repairers stations.register.stations
    """,
    "what is shown never changes any more": """
        remote_sensing.public_sites.owner_photo remote_sensing.readings.photo
        cases.retest_permit.notice_pdf duty.supervision.one_act duty.supervision.one_look
        findings.findings.finding_file inspections.upload.report_pdf inspections.what_if.what_if
        journal.journal.entry matters.apply.own_file matters.complaints.report.own_photo
        matters.copies.one_copy matters.matters.matter_file matters.penalty.penalty_pdf
        outages.istation_outage.paper_form public.public.owner_notice_pdf
        repairs.repair.record_file trace_back.trace_back.one_vehicle trace_back.trace_back.sheet
    """,
    "who looks, and then one moment": """
        draws.public_draws.draw matters.complaints.desk.who_reported reports.month.month
        remote_sensing.readings.one_reading remote_sensing.review.review_one
        reports.month_paper.month_paper vehicles.vehicles.one_vehicle
    """,
}
READ_BEFORE: Mapping[str, str] = {
    "accounts.keys.keys": "who may manage them; each step asks again",
    "accounts.people.accept": "shown on the form; the step asks for it by its address",
    "accounts.people.one_person": "by name; who is in the party is asked again",
    "accounts.people.people": "who may manage them; each step asks again",
    "couriers.couriers.one_courier": "by code",
    "findings.findings.one_finding": "by number",
    "inspections.held_runs.settle": "is it there; the step reads it in the lock",
    "lines.lines.one_line": "by station and code, which never change",
    "matters.complaints.desk.rewards": "who pays; the step asks again",
    "matters.complaints.desk.who_reported": "of what kind, which never changes",
    "matters.complaints.report.own_report": "which fields the form has; the step judges by its own row",
    "matters.complaints.report.report": "what was sent",
    "matters.copies.new_copy": "the place of a party, which never changes",
    "matters.matters.open_one": "what the form begins with",
    "outages.outages.one_outage": "by number",
    "remote_sensing.sites.one_site": "the site, whose number never changes",
    "vehicles.vehicles.police": "the list beside the form",
}
"""What a form's view reads before its step takes the lock, and why nothing is decided by it."""


def views() -> Iterator[tuple[str, Name, ast.FunctionDef]]:
    for name, node in functions().items():
        marks = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
        if name[0].startswith("imloop.pages.") and marks & {"desk", "public"}:
            yield f"{name[0].removeprefix('imloop.pages.')}.{name[1]}", name, node


def is_post(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "request.method == 'POST'"


def looked_at(node: ast.AST) -> Iterator[ast.Call]:
    """Calls of a view that is merely looked at; what it hands on to be called is called where it is handed to."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, (ast.Lambda, ast.FunctionDef)) or locks(each):
            continue
        if isinstance(each, ast.If) and is_post(each):
            for other in each.orelse:
                yield from looked_at(other)
            continue
        if isinstance(each, ast.Call):
            yield each
        yield from looked_at(each)
        yield from looked_at(answers.again(each))


def reads(module: str, call: ast.Call) -> int:
    target = called(module, call)
    if name_of(call) in answers.OF_ONE_MOMENT or asks(call):
        return 1
    if target is None or _is_whole(functions().get(target)):
        return int(target is not None and target in functions())
    return moments(target, 1)


def _is_whole(node: ast.FunctionDef | None) -> bool:
    return node is not None and any(ast.unparse(each) == WHOLE for each in node.decorator_list)


def moments_of(module: str, node: ast.FunctionDef) -> int:
    if _is_whole(node):
        return 1
    return sum(map(locks, ast.walk(node))) + sum(reads(module, call) for call in looked_at(node))


def writes(name: Name, depth: int = 0) -> bool:
    """Does it take the lock, itself or through what it calls?"""
    node = functions().get(name)
    if node is None or depth > DEEPEST:
        return False
    if any(_takes(each) for each in ast.walk(node)):
        return True
    through = (called(name[0], each) for each in ast.walk(node) if isinstance(each, ast.Call))
    return any(writes(each, depth + 1) for each in through if each is not None and each != name)


def _takes(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(
        isinstance(each.context_expr, ast.Call) and name_of(each.context_expr) in LOCKS for each in node.items
    )


def sent(node: ast.FunctionDef) -> Iterator[ast.Call]:
    """Calls of a view to which a form was sent, in their order: what comes before its branch, and the branch."""
    for each in node.body:
        if isinstance(each, ast.If) and is_post(each):
            for part in each.body:
                yield from _calls(part)
            return
        yield from _calls(each)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    found = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    return iter(sorted(found, key=lambda each: (each.lineno, each.col_offset)))


def read_before_writing(module: str, node: ast.FunctionDef) -> list[str]:
    """What is read before the first step that takes the lock."""
    if not any(map(is_post, node.body)):
        return []
    early: list[str] = []
    for call in sent(node):
        target = called(module, call)
        if target is not None and writes(target) and not _is_whole(functions()[target]):
            return early
        if reads(module, call):
            early.append(name_of(call))
    return []


def test_a_page_about_one_thing_is_of_one_moment() -> None:
    several = {said for said, name, node in views() if moments_of(name[0], node) > 1}
    assert several == {each for names in SEVERAL_MOMENTS.values() for each in names.split()}


def test_a_form_decides_nothing_by_what_was_read_before() -> None:
    early = {said: found for said, name, node in views() if (found := read_before_writing(name[0], node))}
    assert early.keys() == READ_BEFORE.keys(), early


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("row = case_lookups.owner_case(token)\n    return show(row, row.events.all())", 2),
        ("row = case_lookups.owner_case(token)\n    return render(request, case_context(row, now))", 2),
        ("if request.method == 'POST':\n        return owner_case(token)\n    return 1", 0),
        (
            "if request.method == 'POST':\n        pass\n    else:\n        a = Case.objects.get()\n"
            "    return Case.objects.get()",
            2,
        ),
        ("return {name: Case.objects.get(pk=name) for name in request.GET}", 2),
        (
            "with snapshot():\n        return Case.objects.get(pk=1), Case.objects.get(pk=2)",
            1,
        ),
        ("return after(lambda: Case.objects.get(pk=1), lambda row: row.events.all())", 1),
    ],
)
def test_the_guard_tells_pages_apart(body: str, count: int) -> None:
    node = ast.parse(f"def view(request, token):\n    {body}\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    found = moments_of("imloop.pages.public.public", node)
    assert (found > 1) is (count > 1) and bool(found) is bool(count), found

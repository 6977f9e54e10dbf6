"""Who is behind a session is asked at one place: no door decides for itself whether somebody is let in.

So is whether it is a person: of a department people decide, its machines deliver and look. ``writing`` asks for the
person, but where a step says ``by_key``: each of those is written down here, with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from support.repository import ROOT

SOURCE = ROOT / "src" / "imloop"
OWN_ACCOUNT = {"pages/accounts/account.py", "pages/accounts/log_in.py"}
"""Where a first password is replaced and a second factor set up: open before anybody is admitted."""
DECIDES = {"steps/accounts/admitted.py", "steps/ground/access.py"}
LOOK = "a look: only who asked is written"
DELIVERY: Mapping[str, str] = {
    "steps.vehicles.register.enter_vehicles.enter_vehicles": "the register; what gates ask waits for a second person",
    "steps.vehicles.register.keep_list.keep_list": "the bytes of that list",
    "steps.vehicles.register.change_vehicle.change_vehicle": "the police's own register: transferred, moved, scrapped",
    "exchange.uploads.take_readings.take": "records of remote sensing: leads, until two people have reviewed them",
    "steps.remote_sensing.keep_readings.keep_block": "the same from a file",
    "steps.remote_sensing.tell_owner.note_told": "the machine that sends the messages says that one was delivered",
    "steps.duty.duty_record.looks": LOOK,
    "steps.ground.lookups.look": LOOK,
    "steps.outages.paper_files.photograph": LOOK,
    "steps.outages.unlock_texts.unlock": LOOK,
    "steps.reports.exports.note_export": LOOK,
    "steps.trace_back.trace_back.trace_back": LOOK,
    "steps.vehicles.lookups.kept_list": LOOK,
    "steps.vehicles.lookups.search_vehicles": LOOK,
    "steps.vehicles.lookups.show_owner": LOOK,
    "steps.vehicles.lookups.vehicle": LOOK,
}
NAMED_LATER: Mapping[str, str] = {
    "steps.accounts.staffing.accept": "the invited person, who has no account before",
    "steps.accounts.staffing.managing": "the same person, by a delegated right",
    "steps.matters.attachments.attach": "the caller for whom it was opened, or the applicant",
    "steps.matters.complaints.progress.add_photo": "whoever reported",
    "steps.matters.complaints.progress.step_by_reporter": "whoever reported",
    "steps.matters.complaints.receive.receive": "whoever reports, once it has a number",
    "steps.matters.first_key.collect_key": "the applicant",
    "steps.matters.take_step.take_step_by_token": "the applicant",
}


def test_only_the_own_account_goes_round_it() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for folder in ("pages", "api", "exchange", "site")
        for file in (SOURCE / folder).rglob("*.py")
        if "caller_of(" in (text := file.read_text(encoding="utf-8")) or ".is_authenticated" in text
    }
    assert found == OWN_ACCOUNT


def test_first_password_and_second_factor_are_judged_once() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if "if user.must_change_password" in file.read_text(encoding="utf-8")
    }
    assert found == {"steps/accounts/admitted.py", "pages/accounts/account.py"}


def functions(*folders: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for folder in folders:
        for path in sorted((SOURCE / folder).rglob("*.py")):
            module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{module}.{node.name}", node


def calls(node: ast.AST, name: str) -> list[ast.Call]:
    return [
        each
        for each in ast.walk(node)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == name
    ]


EVERYWHERE = [path.name for path in SOURCE.iterdir() if path.is_dir()]


def test_what_a_departments_machine_may_write_is_written_down() -> None:
    found = {
        name
        for name, node in functions(*EVERYWHERE)
        for call in calls(node, "writing")
        if any(word.arg == "by_key" for word in call.keywords)
    }
    assert found == set(DELIVERY)


def test_a_step_has_no_other_way_to_write() -> None:
    makers = {name for name, node in functions(*EVERYWHERE) if calls(node, "Ledger")}
    assert makers == {"steps.ground.ledger.beside", "steps.ground.ledger.writing"}
    besides = {
        name
        for name, node in functions(*EVERYWHERE)
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and each.attr == "beside" and ast.unparse(each.value) == "ledger"
    }
    assert besides == {"exchange.uploads.intake._in_one"}, "uploads of stations"


def test_who_is_named_after_the_question_is_no_departments_machine() -> None:
    found = {
        name
        for name, node in functions(*EVERYWHERE)
        for each in ast.walk(node)
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "ledger.caller"
    }
    assert found == set(NAMED_LATER)

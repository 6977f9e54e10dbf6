"""One case on one page: its way round the loop, papers, seconds before and after, law of each step, journal."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.loop.case import FAIL_TOLD_LATE, RELEASABLE, RepairFact
from imloop.loop.repair_clauses import SHORT
from imloop.pages.addresses import page_of_repair, page_of_test, report_of_test, trace_of_test
from imloop.pages.cases.case_view import case_context, event_row
from imloop.pages.cases.loop_picture import loop_picture
from imloop.pages.cases.owner import objection_card
from imloop.pages.cases.paper_card import paper_card
from imloop.pages.choices import Choices, named
from imloop.pages.forms import onward, require_filled, require_sure, sent_day, with_reason_alone
from imloop.pages.guard import EVERY_DESK, desk, page, words
from imloop.pages.inspections.overlay import overlay
from imloop.pages.inspections.pictures import trace_picture
from imloop.steps.cases import case_file
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.grant_exit import EXIT_KINDS, annul_case, grant_exit, reject_objection
from imloop.steps.cases.release_repair import RELEASERS, held_repairs
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, city_of, sees
from imloop.steps.ground.registers import law_at
from imloop.steps.repairs.lookups import papers_of
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Case, Notice, PartyKind, Proposal, Repair, Test

ANY_STATION = "any"
"""Chosen, not left blank: the widest answer is given on purpose."""


@desk(*EVERY_DESK)
def one_case(request: HttpRequest, caller: Caller, case_no: str) -> HttpResponse:
    """People who may see the case; the look-up is journalled."""
    return page(
        request, caller, "cases/case.html", case_lookups.case(caller, case_no, partial(case_page, caller))
    )


@desk(PartyKind.ENVIRONMENT)
def decide(request: HttpRequest, caller: Caller, case_no: str) -> HttpResponse:
    """An exit, an annulment or the answer to an objection; each wants reason, evidence and the box that says it is
    meant."""
    made = _decide(caller, case_no, request.POST) if request.method == "POST" else None
    return onward(made, f"/cases/{case_no}")


def _decide(caller: Caller, case_no: str, form: QueryDict) -> Case | Proposal:
    require_sure(form)
    caller = with_reason_alone(caller, form)
    reason, evidence, now = form.get("reason", ""), form.get("evidence", ""), clock.now()
    what = form.get("what", "")
    if what == "annul":
        return annul_case(caller, case_no, reason=reason, evidence=evidence, now=now)
    if what == "reject":
        return reject_objection(caller, case_no, reason=reason, evidence=evidence, now=now)
    if what != "exit":
        raise Malformed("missing", Text("请选择", "choose one"), at="what")
    require_filled(form, "kind", "to_station", "expires_on")
    return grant_exit(
        caller,
        case_no,
        kind=form.get("kind", ""),
        to_station=form.get("to_station", "").removeprefix(ANY_STATION),
        reason=reason,
        evidence=evidence,
        expires_on=sent_day(form, "expires_on"),
        now=now,
    )


def case_page(caller: Caller, case: Case) -> dict[str, object]:
    """What ``cases/case.html`` shows."""
    tests = case_file.tests_of(case)
    repairs = list(case_lookups.repairs_of(case).select_related("raw").order_by("finished_at"))
    notices = list(case.notices.order_by("round"))
    events = list(case.events.order_by("number"))
    by_number = {test.test_no: test for test in tests}
    followed = [case_file.law_of(event, case, by_number) for event in events]
    return {
        **case_context(case, clock.now()),
        **objection_card(case, clock.now()),
        **paper_card(case, clock.now()),
        "events": [{**event_row(event), "law": law} for event, law in zip(events, followed, strict=True)],
        "picture": loop_picture(case, events, notices),
        "overlay": overlay(tests),
        "tests": [(test, trace_picture(test)) for test in tests],
        "repairs": repairs,
        "papers": _papers(caller, tests, repairs, notices),
        "proof": case_file.proof(case, tests, repairs, notices),
        "waiting": case.objected_at is not None,
        "decisions": _decisions(case),
        "exit_kinds": _exit_kinds(case),
        "may_decide": caller.kind == PartyKind.ENVIRONMENT and case.closed_at is None,
        "held": _held(case),
        "may_release": caller.kind in RELEASERS,
        "stations": _stations(case),
    }


def _held(case: Case) -> list[tuple[RepairFact, list[tuple[str, str]], str]]:
    """With the doubts; and the number of the failed test, where its hour is what has to be looked at."""
    failed = case.snapshot["failed_test"]
    return [
        (
            repair,
            _why_held(repair),
            failed if any(each.code == FAIL_TOLD_LATE for each in repair.lacks) else "",
        )
        for repair in held_repairs(case)
    ]


def _why_held(repair: RepairFact) -> list[tuple[str, str]]:
    """Each doubt in words, with its clause."""
    return [(words(SHORT[lack.code][0]), lack.cite) for lack in repair.lacks if lack.code in RELEASABLE]


def _exit_kinds(case: Case) -> list[tuple[str, str]]:
    """The law's kinds in words."""
    law = law_at(day_of(clock.now()), case.place)
    return [(kind, words(EXIT_KINDS[kind])) for kind in law.words("exit.kinds")]


def _decisions(case: Case) -> Choices:
    return [
        *([("reject", _("异议不成立"))] if case.objected_at is not None else []),
        ("annul", _("撤销案件（异议成立）")),
        ("exit", _("准予在其他检验机构复检")),
    ]


def _stations(case: Case) -> Choices:
    found = named(station_lookups.parties(PartyKind.ISTATION, city_of(case.place)))
    return [*found, (ANY_STATION, _("任一检验机构"))]


def _papers(
    caller: Caller, tests: list[Test], repairs: list[Repair], notices: list[Notice]
) -> list[dict[str, object]]:
    """Every paper and upload of the case in order of time: ``files`` are (words, address) pairs."""
    rows: list[dict[str, object]] = [
        {
            "at": notice.issued_at,
            "kind": _("告知书"),
            "number": notice.notice_no,
            "files": [("PDF", f"/{case_lookups.notice_address(notice.notice_no)}")],
            "sha256": "",
        }
        for notice in notices
    ]
    for test in tests:
        of = test.station.code, test.test_no
        rows.append(
            {
                "at": test.received_at,
                "kind": _("检验报告"),
                "number": test.test_no,
                "files": [
                    ("PDF", report_of_test(*of)),
                    ("CSV", trace_of_test(*of)),
                    (_("逐步计算"), page_of_test(*of)),
                ]
                if sees(caller, test.station)
                else [],
                "sha256": test.raw.sha256,
            }
        )
    rows += [
        {
            "at": repair.uploaded_at,
            "kind": _("维修记录"),
            "number": repair.repair_no,
            "files": [
                (file.name, f"{page_of_repair(repair.shop.code, repair.repair_no)}/files/{file.sha256}")
                for file in repair.files.order_by("id").defer("body")
            ],
            "says": _paper_numbers(repair),
            "sha256": repair.raw.sha256,
        }
        for repair in repairs
    ]
    return sorted(rows, key=lambda row: str(row["at"]))


def _paper_numbers(repair: Repair) -> str:
    """The papers of a repair by their numbers; a missing one is said."""
    named = papers_of(repair)
    return " · ".join(f"{words(name)} {number or _('未提供')}" for _paper, name, number in named)

"""Reporting a repair, and the records an M-station has reported."""

from __future__ import annotations

import secrets
from functools import partial

import msgspec
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop import loop
from imloop.exchange.http.addresses import in_address
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.exchange.uploads.intake import take_repair
from imloop.facts.days import day_of
from imloop.facts.records.repair import REPAIR_ITEMS, RepairRecord
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.law.sentences import (
    PAPER_NAMES,
    at_the_same_station,
    handed_over,
    papers_of_repair,
    retest_where,
)
from imloop.loop.case import STATE_NAMES, State
from imloop.loop.repair_clauses import SHORT
from imloop.loop.repairs import shortfalls
from imloop.pages.cases.case_view import other_reasons, result_items, signs
from imloop.pages.forms import fields_named, file_response, sent_file
from imloop.pages.guard import EVERY_DESK, desk, of_one_moment, page, words
from imloop.pages.repairs.repair_form import field_of, kept, message_of, rows_of
from imloop.pages.searches import asks, only_hit
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.cases.reconsider import failed_test
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import law_at
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.repairs.claims import Claim, open_claimed
from imloop.steps.repairs.receive_repair import require_finished
from imloop.steps.repairs.repair_files import attach_to_repair, files_of, named_and_missing, repair_file
from imloop.steps.repairs.repair_watch import repair_list
from imloop.steps.vehicles.vehicle_facts import entered_facts
from imloop.store.models import Case, PartyKind, Repair

RECORDS = "/desk/mstation/repairs"


PER_PAGE = 50


@desk(PartyKind.MSTATION)
def repair(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Find the case; the form; check the answers; hand in. What was typed stays throughout, and in no address. GET with
    ``case``: one that the station has repaired before."""
    typed = request.POST or _known(caller, request.GET.get("case", ""))
    context: dict[str, object] = {"typed": typed, "item_codes": _codes()}
    refused = request.method == "GET" and bool(request.POST) and "repair_no" not in typed
    case = None if refused else _case(caller, typed)
    if case is None:
        return page(request, caller, "repairs/repair.html", context)
    if request.method == "POST" and typed.get("do") in ("check", "send"):
        body = msgspec.json.encode(message_of(caller, case, typed))
        with fields_named(partial(field_of, typed=typed)):
            record = decode_repair(body, typed=True)
            require_finished(record, clock.now())
            if typed["do"] == "send":
                take_repair(body, caller, clock.now())
                return redirect(f"{RECORDS}/{in_address(record.repair_no)}?new=1")
        context |= _about(case, typed) | _summary(case, record) | {"kept": kept(typed)}
        return page(request, caller, "repairs/repair_check.html", context)
    return page(request, caller, "repairs/repair.html", context | _about(case, typed))


def _codes() -> list[tuple[str, str]]:
    return [(code, words(name)) for code, name in REPAIR_ITEMS.items()]


def _known(caller: Caller, case_no: str) -> QueryDict:
    """What the owner would say of a case in which the station has reported a repair."""
    words = QueryDict(mutable=True)
    if case_no:
        found = case_lookups.cases(caller).select_related("vehicle").filter(case_no=case_no).first()
        if found is None:
            raise Unknown("unknown-case", Text("没有这个案件。", "There is no such case."))
        words.update({"case_no": case_no, "plate": found.vehicle.plate, "tail": found.vehicle.vin[-6:]})
    return words


def _case(caller: Caller, typed: QueryDict) -> Case | None:
    """None before anything was asked; an empty form is asked for a case like any other."""
    if not typed:
        return None
    case_no, plate, tail = (typed.get(name, "").strip() for name in ("case_no", "plate", "tail"))
    return open_claimed(caller, Claim.of(case_no, tail, plate), clock.now())


def _about(case: Case, typed: QueryDict) -> dict[str, object]:
    now = clock.now()
    law = law_at(day_of(now), case.place)
    least = loop.least_warranty(str(entered_facts(case.vehicle).get("vehicle_type", "")), law)
    test = failed_test(case)
    return {
        "case": case,
        "items": [item for item in result_items(test) if item["failed"]],
        "other_reasons": other_reasons(test),
        "signs": signs(case, test),
        # Made once with the form: sending it twice is the same upload.
        "repair_no": typed.get("repair_no") or f"W{now:%Y%m%d}-{secrets.token_hex(3)}",
        "now": f"{now:%Y-%m-%dT%H:%M}",
        "papers": [
            (f"{paper}_no", words(name), number)
            for paper, name, number in papers_of_repair(law, _typed_numbers(typed))
        ],
        "item_rows": rows_of(typed, "item"),
        "part_rows": rows_of(typed, "part"),
        "warranty_days": least.days,
        "warranty_km": least.km,
    }


def _typed_numbers(typed: QueryDict) -> dict[str, str]:
    return {paper: typed.get(f"{paper}_no", "") for paper in PAPER_NAMES}


def _summary(case: Case, record: RepairRecord) -> dict[str, object]:
    """The record as it was understood, before anything is stored; ``lacks``: what the papers' numbers leave out."""
    law = law_at(day_of(record.finished_at), case.place)
    found = papers_of_repair(law, record.documents.numbers)
    papers = [(words(name), number) for _paper, name, number in found]
    return {
        "record": record,
        "done": [(words(REPAIR_ITEMS[item.code]), item) for item in record.items],
        "papers": papers,
        "lacks": [name for name, number in papers if not number],
        "early": record.finished_at <= as_loop_case(case).last_failed_at,
        "short": _short(case, record),
    }


def _short(case: Case, record: RepairRecord) -> list[str]:
    """Why it would not open the retest, as far as the record itself shows; missing papers are named beside."""
    law = law_at(day_of(record.finished_at), case.place)
    fact = loop.repair_fact(record, listed=True, law=law)
    found = shortfalls(as_loop_case(case), fact, law)
    return [words(SHORT[lack.code][0]) for lack in found if lack.code != "documents-missing"]


@desk(PartyKind.MSTATION)
@asks("q")
def records(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Every repair this station reported, newest first."""
    rows = repair_list(caller, text=asked.get("q", ""))
    if file := as_file(request, caller, "repairs", record_columns(), rows):
        return file
    if found := only_hit(request, rows):
        return redirect(f"{RECORDS}/{in_address(found.repair_no)}")
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    context = {"shown": shown, "asked": asked, "query": query_of(request)}
    return page(request, caller, "repairs/repairs.html", context)


def record_columns() -> Columns[Repair]:
    return {
        _("维修单"): lambda row: row.repair_no,
        _("完工"): lambda row: row.finished_at,
        _("号牌"): lambda row: row.case.vehicle.plate,
        _("案件"): lambda row: row.case.case_no,
        _("费用（元）"): lambda row: row.cost_yuan,
        _("合格证号"): lambda row: row.record["documents"]["certificate_no"],
        _("结算清单号"): lambda row: row.record["documents"]["settlement_no"],
        _("发票号"): lambda row: row.record["documents"]["invoice_no"],
        _("质保至"): lambda row: row.warranty_until,
        _("返修自"): lambda row: row.rework_of or "",
        _("案件状态"): lambda row: words(STATE_NAMES[State(row.case.state)]),
    }


@desk(PartyKind.MSTATION)
@of_one_moment
def one_record(request: HttpRequest, caller: Caller, repair_no: str) -> HttpResponse:
    """One reported repair: does it open the retest, what is next, photographs and papers."""
    context: dict[str, object] = {}
    if request.method == "POST":
        name, body = sent_file(request)
        attach_to_repair(caller, repair_no, name, body, clock.now())
        return redirect(f"{RECORDS}/{in_address(repair_no)}#files")
    row = repair_lookups.repairs(caller).select_related("case__station").filter(repair_no=repair_no).first()
    if row is None:
        raise Unknown("unknown-repair", Text("没有这条维修记录。", "There is no such repair."))
    context |= {
        "row": row,
        "case": row.case,
        "new": "new" in request.GET,
        "permit": _permit(row.case),
        **_what_next(row),
        "done": [(words(REPAIR_ITEMS[item["code"]]), item) for item in row.record["items"]],
        "files": list(files_of(row)),
        "awaited_files": named_and_missing(row.shop, row.repair_no, row.record["documents"]["photos"]),
    }
    return page(request, caller, "repairs/repair_record.html", context)


def _what_next(row: Repair) -> dict[str, object]:
    """What the owner is given, by the law of the repair's day, and where the retest is, by today's."""
    today = law_at(day_of(clock.now()), row.case.place)
    return {
        "handed_over": words(handed_over(law_at(day_of(row.finished_at), row.case.place))),
        "retest_where": words(retest_where(today)),
        "same_station": at_the_same_station(today),
    }


def _permit(case: Case) -> dict[str, object] | None:
    """The retest gate as it stands now; None once the case is closed."""
    if case.closed_at is not None:
        return None
    now = clock.now()
    law = law_at(day_of(now), case.place)
    station = case.station.code if case.station else ""
    return loop.permit(as_loop_case(case), station=station, at=now, law=law).to_json()


@desk(*EVERY_DESK)
def record_file(request: HttpRequest, caller: Caller, shop: str, repair_no: str, digest: str) -> HttpResponse:
    return file_response(repair_file(caller, shop, repair_no, digest))

"""What a copy to another department shows of a test, a repair, a way back, a finding or a matter: gathered as it is
now, by the look of whoever sends it, with the papers printed as of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.codes import RESULT_NAMES, Result
from imloop.facts.days import CHINA
from imloop.facts.digits import whole
from imloop.facts.items import ITEMS
from imloop.facts.mask import masked_vehicle
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.papers.assemble import report_pdf
from imloop.papers.penalty_papers import penalty_paper
from imloop.steps.findings.lookups import finding
from imloop.steps.findings.titles import title
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import itself
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.as_json import test_json
from imloop.steps.inspections.replay import Decode
from imloop.steps.leads.evidence_of import evidence_of
from imloop.steps.matters.attachments import the_matter
from imloop.steps.matters.copies.send import Object
from imloop.steps.matters.kept.open_copy import in_words
from imloop.steps.matters.lookups import law_of
from imloop.steps.matters.penalties.papers import NAMES, papers_for_others
from imloop.steps.matters.roles import PENALTIES, roles_in
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.repairs.repair_files import files_of
from imloop.steps.trace_back.as_json import traced_json
from imloop.steps.trace_back.trace_back import Traced, numbered, trace_back
from imloop.store.models import Copy, Repair, Test, Vehicle

_Line = tuple[Text, str]


def object_of(
    caller: Caller, of: str, reference: str, now: datetime, decode: Decode, at: datetime | None = None
) -> Object:
    """``reference``: ``STATION/NUMBER`` of a test, ``SHOP/NUMBER`` of a repair, the number of a finding, a matter or a
    vehicle; ``at``: when the vehicle exceeded, now without it."""
    if of == Copy.Of.TEST:
        station, _, number = reference.partition("/")
        return _test(test_lookups.test(caller, number, station, itself, now))
    if of == Copy.Of.REPAIR:
        shop, _, number = reference.partition("/")
        return _repair(repair_lookups.repair(caller, shop, number, itself))
    if of == Copy.Of.FINDING:
        return _finding(caller, whole(reference) or 0)
    if of == Copy.Of.TRACE_BACK:
        found = numbered(whole(reference) or 0)
        return _traced(trace_back(caller, found, min(at or now, now), decode, now))
    if of == Copy.Of.MATTER:
        return _matter(caller, reference, now)
    raise Malformed(
        "wrong-value",
        Text(
            "可以抄告 test repair trace_back finding matter。",
            "of: choose one of test repair trace_back finding matter.",
        ),
        at="of",
    )


def _test(row: Test) -> Object:
    left_out = ("trace", "receipt")
    record = {name: value for name, value in test_json(row).items() if name not in left_out}
    shown = in_words([*_of_vehicle(row.vehicle), *_of_test(row)], record)
    name = f"{row.station.code}/{row.test_no}"
    report = ((f"检验报告 {row.test_no}.pdf", report_pdf(row)),)
    return Object(Copy.Of.TEST, name, f"检验 {row.test_no} · {row.station.name}", shown, printed=report)


def _of_test(row: Test) -> Iterator[_Line]:
    yield Text("检验机构", "station"), f"{row.station.name} {row.station.code}"
    yield Text("检验编号", "test"), row.test_no
    yield Text("检测线", "line"), row.line
    yield Text("检验员", "inspector"), row.inspector or ""
    yield Text("时间", "time"), _time(row.started_at)
    yield Text("方法", "method"), row.method
    yield Text("结论", "result"), _result(row.result)
    for item in row.verdict["items"]:
        known, limit = ITEMS[str(item["item"])], item["limit"]
        against = "" if limit is None else f"，限值 {limit}"
        judged = "" if item["pass"] is None else "，合格" if item["pass"] else "，不合格"
        yield known.label, f"{float(item['value']):g} {known.unit}{against}{judged}"
    yield Text("原始数据 SHA-256", "SHA-256 of what was received"), row.raw.sha256


def _repair(row: Repair) -> Object:
    record = {
        "repair_no": row.repair_no,
        "shop": row.shop.code,
        "case": row.case.case_no,
        "finished_at": row.finished_at.isoformat(),
        "record": row.record,
        "sha256": row.raw.sha256,
    }
    shown = in_words([*_of_vehicle(row.case.vehicle), *_of_repair(row)], record)
    name = f"{row.shop.code}/{row.repair_no}"
    kept = tuple(files_of(row))
    return Object(Copy.Of.REPAIR, name, f"维修记录 {row.repair_no} · {row.shop.name}", shown, kept)


def _of_repair(row: Repair) -> Iterator[_Line]:
    said = row.record
    yield Text("维修机构", "repairer"), f"{row.shop.name} {row.shop.code}"
    yield Text("维修编号", "repair"), row.repair_no
    yield Text("竣工", "finished"), _time(row.finished_at)
    yield Text("技师", "technician"), str(said.get("technician") or "")
    yield Text("诊断", "diagnosis"), str(said.get("diagnosis") or "")
    for part in said.get("parts") or ():
        yield Text("配件", "part"), f"{part['name']} {part.get('serial') or ''}".strip()
    yield Text("费用（元）", "yuan"), "" if row.cost_yuan is None else str(row.cost_yuan)
    yield Text("原始数据 SHA-256", "SHA-256 of what was received"), row.raw.sha256


def _finding(caller: Caller, number: int) -> Object:
    row = finding(caller, number)
    found = evidence_of(caller, row)
    record = {
        "number": row.pk,
        "code": row.code,
        "station": row.station_code,
        "subject": row.subject,
        "outcome": row.outcome,
        "evidence": [
            *({"kind": "test", "reference": test.test_no, "sha256": test.raw.sha256} for test in found.tests),
            *(
                {"kind": "repair", "reference": one.repair_no, "sha256": one.raw.sha256}
                for one in found.repairs
            ),
            *({"kind": one.kind, "reference": one.reference, "sha256": one.sha256} for one in found.added),
        ],
    }
    lines = [
        (Text("线索", "finding"), title(row.code).zh),
        (Text("单位", "party"), row.station_code),
        (Text("对象", "about"), row.subject),
        (Text("说明", "what"), str(row.data.get("text") or "")),
        (Text("时间", "time"), _time(row.created_at)),
        (Text("核实情况", "what was found"), row.resolution),
        *((Text("检验", "test"), f"{test.test_no} · SHA-256 {test.raw.sha256}") for test in found.tests),
        *((Text("维修", "repair"), f"{one.repair_no} · SHA-256 {one.raw.sha256}") for one in found.repairs),
        *((Text("证据", "evidence"), f"{one.reference} · SHA-256 {one.sha256}") for one in found.added),
    ]
    named = f"线索 {row.pk} · {title(row.code).zh}"
    return Object(Copy.Of.FINDING, str(row.pk), named, in_words(lines, record), tuple(found.files))


def _traced(traced: Traced) -> Object:
    vehicle, passed = traced.vehicle, traced.passed
    lines = [*_of_vehicle(vehicle), (Text("超标时间", "exceeded"), _time(traced.at))]
    if passed is not None:
        lines += [(Text("最近一次合格检验", "last pass"), _time(passed.started_at)), *_of_test(passed)]
    for each in traced.repairs:
        lines += _of_repair(each.row)
    lines += [(Text("线索", "finding"), f"{row.pk} {title(row.code).zh}") for row in traced.findings]
    kept = tuple(file for each in traced.repairs for file in each.files)
    printed = ((f"检验报告 {passed.test_no}.pdf", report_pdf(passed)),) if passed else ()
    shown, called = in_words(lines, traced_json(traced)), masked_vehicle(vehicle.plate, vehicle.vin)
    return Object(Copy.Of.TRACE_BACK, str(vehicle.pk), f"追溯倒查 {called}", shown, kept, printed)


def _matter(caller: Caller, number: str, now: datetime) -> Object:
    """The papers of the main volume made so far, and what was handed in."""
    row = the_matter(caller=caller, matter_no=number)
    law = law_of(row, now)
    kinds = papers_for_others(row, roles_in(caller, row), law) if row.kind in PENALTIES else ()
    printed = tuple((f"{NAMES[kind].zh}.pdf", penalty_paper(caller, number, kind)) for kind in kinds)
    return Object(Copy.Of.MATTER, number, kept=tuple(row.attachments.order_by("id")), printed=printed)


def _of_vehicle(vehicle: Vehicle | None) -> list[_Line]:
    if vehicle is None:
        return []
    return [
        (Text("号牌号码", "plate"), vehicle.plate),
        (Text("车辆识别代号", "VIN"), vehicle.vin),
    ]


def _result(said: str) -> str:
    return RESULT_NAMES[Result(said)].zh if said in list(Result) else said


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"

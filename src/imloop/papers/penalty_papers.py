"""The papers of a penalty case, from the filing form to the closing. In our own words;
each is made of what was kept at its step, so that it prints the same at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from imloop.facts.days import day_of
from imloop.matters import Step
from imloop.matters.penalties.as_file import proposal_of
from imloop.papers import penalty_inside as inside
from imloop.papers import penalty_sections as said
from imloop.papers.penalty_sections import Section, number_of
from imloop.papers.press import print_pdf, template
from imloop.papers.words import long_date
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.matters.attachments import the_matter
from imloop.steps.matters.kept.keep_step import office_of
from imloop.steps.matters.penalties.papers import NAMES, Made, PaperKind, paper
from imloop.steps.matters.roles import roles_in

_WITH_AMOUNT = (
    PaperKind.REPORT,
    PaperKind.NOTICE,
    PaperKind.LEGAL_REVIEW,
    PaperKind.DISCUSSION,
    PaperKind.DECISION,
)


def penalty_paper(caller: Caller, matter_no: str, kind: str) -> bytes:
    """The newest paper of a kind as PDF."""
    row = the_matter(caller=caller, matter_no=matter_no)
    made = paper(row, roles_in(caller, row), kind)
    wanted = PaperKind(kind)
    office = registers.any_party(office_of(made.row))
    on = day_of(made.event.at)
    content: dict[str, object] = {
        "office": office.name,
        "office_address": office.address,
        "office_phone": office.phone,
        "title": _title(wanted, made),
        "number": number_of(wanted, made),
        "party": _party(made),
        "sections": [[heading, lines] for heading, lines in _SECTIONS[wanted](made)],
        "table": _table(wanted, made),
        "signs": list(_signs(wanted, made)),
        "date": long_date(on),
        "foot": f"{made.row.matter_no} · 第 {made.event.number} 步 · 法律数据 {made.event.law_hash[:16]}",
    }
    return print_pdf(template(made.row.place, "penalty.typ", on), content, made.event.at)


def _title(kind: PaperKind, made: Made) -> str:
    if kind is PaperKind.DECISION and made.event.kind == Step.DECIDE_ON_THE_SPOT:
        return "当场行政处罚决定书"
    if kind is PaperKind.NOTICE and made.event.data.get("rights") == "all":
        return "行政处罚事先（听证）告知书"
    return NAMES[kind].zh


def _party(made: Made) -> list[list[str]]:
    row, facts = made.row, made.fact.facts
    rows = [["当事人", str(facts.get("party_name") or row.title)]]
    if row.party is not None:
        rows += [
            ["统一社会信用代码", row.party.uscc],
            ["法定代表人", row.party.legal_person],
            ["地址", row.party.address],
        ]
    if row.vehicle is not None:
        rows += [["号牌", row.vehicle.plate], ["车辆识别代号", row.vehicle.vin]]
    return [[label, value] for label, value in rows if value]


def _table(kind: PaperKind, made: Made) -> list[list[str]]:
    """The discretion line by line, where a paper says an amount."""
    if kind not in _WITH_AMOUNT or made.event.kind == Step.DECIDE_ON_THE_SPOT:
        return []
    proposal = proposal_of(made.fact.facts, made.law)
    if proposal is None:
        return []
    return [
        [line.words.zh, f"{float(line.percent):g}%", str(line.yuan), line.cite] for line in proposal.lines
    ]


_SECTIONS: Mapping[PaperKind, Callable[[Made], list[Section]]] = {
    PaperKind.FILING: inside.filing,
    PaperKind.REPORT: inside.report,
    PaperKind.REVIEW: inside.review,
    PaperKind.NOTICE: said.notice,
    PaperKind.NOTICE_RECEIPT: said.receipt(PaperKind.NOTICE),
    PaperKind.HEARING_NOTICE: said.hearing_notice,
    PaperKind.HEARING_RECORD: said.hearing_record,
    PaperKind.LEGAL_REVIEW: inside.legal_review,
    PaperKind.DISCUSSION: inside.discussion,
    PaperKind.DECISION: said.decision,
    PaperKind.DECISION_RECEIPT: said.receipt(PaperKind.DECISION),
    PaperKind.DEMAND: said.demand,
    PaperKind.CLOSING: inside.closing,
    PaperKind.RECORD: inside.record,
}
_SEAL = ("（机关印章）",)
_SIGNS: Mapping[PaperKind, tuple[str, ...]] = {
    PaperKind.FILING: ("承办人", "审批人"),
    PaperKind.REPORT: ("调查人员一", "调查人员二"),
    PaperKind.REVIEW: ("审查人",),
    PaperKind.NOTICE: _SEAL,
    PaperKind.NOTICE_RECEIPT: ("送达人", "受送达人", "见证人"),
    PaperKind.HEARING_NOTICE: _SEAL,
    PaperKind.HEARING_RECORD: ("主持人", "记录人", "当事人", "调查人员"),
    PaperKind.LEGAL_REVIEW: ("审核人",),
    PaperKind.DISCUSSION: ("主持人", "参加人", "记录人"),
    PaperKind.DECISION: _SEAL,
    PaperKind.DECISION_RECEIPT: ("送达人", "受送达人", "见证人"),
    PaperKind.DEMAND: _SEAL,
    PaperKind.CLOSING: ("承办人", "审批人"),
    PaperKind.RECORD: ("执法人员", "登记人"),
}
_ON_THE_SPOT = (*_SEAL, "执法人员", "当事人签收")


def _signs(kind: PaperKind, made: Made) -> tuple[str, ...]:
    """What is decided on the spot bears the officers' hands and is signed for, which is its service."""
    return _ON_THE_SPOT if made.event.kind == Step.DECIDE_ON_THE_SPOT else _SIGNS[kind]

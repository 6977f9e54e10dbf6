"""A station enters the papers of a repairer without access to the platform, where the law of the place and of the
repair's day lets it: invoice and list open the retest once somebody has compared them with the originals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.records.repair import StationPapers
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.law.sentences import PAPER_NAMES, named_papers, retest_papers
from imloop.loop.case import UNCONFIRMED
from imloop.loop.repairs import find_repair
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.cases.release_repair import held_repairs, release
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.receipts import Receipt
from imloop.steps.repairs.receive_repair import Entered, case_of, file_repair, require_finished, require_new
from imloop.steps.repairs.repair_files import files_of
from imloop.steps.stations import standing
from imloop.steps.stations.station_facts import StationFacts
from imloop.store.models import ApiKey, Attachment, Case, Party, PartyKind, RawUpload, Repair, User

KIND = "papers"
"""Of the upload that is kept."""


def receive_papers(ledger: Ledger, raw: RawUpload, papers: StationPapers, _sender: StationFacts) -> Receipt:
    """Kept as the repairer's record, which does not count before it is confirmed."""
    caller = ledger.caller
    _require_person(caller)
    station = registers.party(caller.party_code, PartyKind.ISTATION)
    require_finished(papers.record, ledger.now)
    shop = _repairer(ledger, papers, station)
    record = replace(papers.record, shop=shop.code)
    require_new(shop, record)
    row = case_of(record, shop, ledger.now)
    law = registers.law_at(day_of(record.finished_at), row.place)
    _require_own(row, station, ledger.now)
    _require_allowed(law)
    return file_repair(
        ledger, raw, record, shop, row, Entered(caller.actor, law.cite("retest.papers_at_station"))
    )


def attach_paper(
    caller: Caller, shop: str, repair_no: str, paper: str, name: str, body: bytes, now: datetime
) -> Attachment:
    """A photograph of one of the originals, by the station that entered them."""
    _require_person(caller)
    if paper not in PAPER_NAMES:
        known = " ".join(PAPER_NAMES)
        raise Malformed(
            "wrong-value",
            Text(f"没有这种材料：{paper}（{known}）。", f"No such paper: {paper} ({known})."),
            at="paper",
        )
    with writing(now, caller) as ledger:
        row = _own(caller, shop, repair_no)
        new = Attachment(repair=row, paper=paper)
        return keep(ledger, new, files_of(row), f"{shop}/{repair_no}", name, body)


def confirm_papers(caller: Caller, shop: str, repair_no: str, now: datetime) -> Case:
    """Somebody has compared entry, photographs and originals: another person than who entered them, where the law of
    the repair's day asks for two. From now on they open the retest."""
    _require_person(caller)
    with writing(now, caller) as ledger:
        row = _own(caller, shop, repair_no)
        law = registers.law_at(day_of(row.finished_at), row.case.place)
        _require_held(row)
        _require_another(caller, row, law)
        _require_photographs(row, law)
        ledger.note("papers-confirmed", f"{shop}/{repair_no}", {"case": row.case.case_no})
        return release(
            ledger,
            row.case,
            shop,
            repair_no,
            caller.actor,
            "检验机构已由另一人对照原件和照片确认",
            [UNCONFIRMED],
        )


def entered(caller: Caller) -> QuerySet[Repair]:
    """What the station entered, the newest first."""
    rows = Repair.objects.filter(raw__kind=KIND, raw__party__code=caller.party_code)
    return rows.select_related("case__vehicle", "case__station", "shop", "raw").order_by("-id")


def unconfirmed(row: Repair) -> bool:
    fact = find_repair(as_loop_case(row.case).repairs, row.shop.code, row.repair_no)
    return fact is not None and any(lack.code == UNCONFIRMED for lack in fact.lacks)


def missing_papers(row: Repair) -> tuple[str, ...]:
    """Which papers that the retest asks for nobody has photographed: of several sets that of which most is there."""
    law = registers.law_at(day_of(row.finished_at), row.case.place)
    there = {each.paper for each in files_of(row)}
    lacking = [tuple(name for name in wanted if name not in there) for wanted in retest_papers(law)]
    return min(lacking, key=len, default=())


def papers_to_show(law: Law) -> tuple[str, ...]:
    """Which papers a station enters: the first set that a retest asks for, else all that the law names."""
    named = named_papers(law)
    return next(iter(retest_papers(law)), tuple(name for name in PAPER_NAMES if name in named))


def open_on(law: Law) -> bool:
    """Whether a station may enter papers of a repair finished on that day in that place."""
    return law.flag("retest.papers_at_station")


def _require_person(caller: Caller) -> None:
    require_kind(caller, PartyKind.ISTATION)
    if not caller.user:
        raise NotAllowed(
            "person-needed",
            Text(
                "代为登记和确认维修凭证由人作出：请登录网页办理，或用本人密钥。",
                "A person enters and confirms papers of a repair: log in, or call with a personal key.",
            ),
        )


def _require_allowed(law: Law) -> None:
    if open_on(law):
        return
    raise Unlawful(
        "papers-not-at-station",
        Text(
            f"{law.on} 完工的维修，当地规定由维修企业上传记录，检验机构不得代为登记凭证。",
            f"For a repair finished on {law.on} the rules of the place have the repairer upload its record; a station "
            "may not enter its papers.",
        ),
        cite=law.cite("retest.papers_at_station"),
    )


def _require_own(row: Case, station: Party, now: datetime) -> None:
    """The case is the station's, or an exit lets the vehicle be retested there."""
    exits = as_loop_case(row).exits
    if row.station_id != station.pk and not any(way_out.covers(station.code, now) for way_out in exits):
        # As if there were none: nobody learns of another station's case.
        raise Unknown(
            "no-open-case",
            Text(
                "没有找到该车的在办案件；维修记录未入案。请核对案件号、号牌和 VIN。",
                "No open case for this vehicle; the repair was not filed. Check case number, plate and VIN.",
            ),
        )


def _repairer(ledger: Ledger, papers: StationPapers, station: Party) -> Party:
    """By its unified social credit code; entered here, without standing, where nobody knows it yet."""
    known = Party.objects.filter(kind=PartyKind.MSTATION, uscc=papers.uscc).order_by("id").first()
    if known is None:
        code = f"X{papers.uscc}"
        found = Party.objects.create(
            code=code, kind=PartyKind.MSTATION, name=papers.name, place=station.place, uscc=papers.uscc
        )
        ledger.note("repairer-named", code, {"name": papers.name, "uscc": papers.uscc})
        return found
    if _has_access(known, ledger.now):
        raise Unlawful(
            "repairer-has-access",
            Text(
                f"{known.name} 已接入平台，请其自行上传维修记录；系统故障时凭纸质材料办理。",
                f"{known.name} has access to the platform and uploads the record itself; in an outage, paper counts.",
            ),
        )
    return known


def _has_access(shop: Party, now: datetime) -> bool:
    """It is on the list, or has somebody or something that can upload."""
    people = User.objects.filter(party=shop, is_active=True)
    keys = ApiKey.objects.filter(party=shop, revoked_at__isnull=True)
    return standing.is_active(shop, day_of(now)) or people.exists() or keys.exists()


def _own(caller: Caller, shop: str, repair_no: str) -> Repair:
    found = entered(caller).filter(shop__code=shop, repair_no=repair_no).first()
    if found is None:
        raise Unknown("unknown-repair", Text("没有这条维修记录。", "There is no such repair."))
    return found


def _require_held(row: Repair) -> None:
    fact = find_repair(held_repairs(row.case), row.shop.code, row.repair_no)
    held = [lack.code for lack in fact.lacks if lack.releasable] if fact else []
    if UNCONFIRMED not in held:
        raise Conflict("decided-already", Text("这一项已处理。", "This has been decided already."))
    if held != [UNCONFIRMED]:
        raise NotAllowed(
            "held-besides",
            Text(
                "该维修另有疑点，由生态环境或交通运输部门核实放行。",
                "Other doubts hold this repair: the environment or transport department looks and releases it.",
            ),
        )


def _require_another(caller: Caller, row: Repair, law: Law) -> None:
    if law.integer("retest.papers_people") < 2 or Actor.read(row.receipt["entered_by"]).person != caller.user:
        return
    raise NotAllowed(
        "second-person-needed",
        Text(
            "须由登记人以外的本站人员对照确认。",
            "Another person of the station than who entered them must confirm.",
        ),
        cite=law.cite("retest.papers_people"),
    )


def _require_photographs(row: Repair, law: Law) -> None:
    missing = missing_papers(row)
    if not missing:
        return
    zh, en = (
        "、".join(PAPER_NAMES[name].zh for name in missing),
        ", ".join(PAPER_NAMES[name].en for name in missing),
    )
    raise Unlawful(
        "papers-not-photographed",
        Text(f"请先附上原件照片：{zh}。", f"Add a photograph of the original first: {en}."),
        cite=law.cite("retest.papers_at_station"),
    )

"""The paper of a spot check, handed to the driver on the spot: what was measured, and the order where it failed."""

from __future__ import annotations

from datetime import date

from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.days import CHINA, day_of
from imloop.facts.items import ITEMS
from imloop.facts.records.spot_check import RESULT_NAMES, SIGNED_NAMES, Signed, SpotResult
from imloop.law import Law
from imloop.papers.press import print_pdf, qr_svg, template
from imloop.papers.words import long_date, long_time
from imloop.steps.ground import registers
from imloop.steps.ground.receipts import case_url
from imloop.steps.spot_checks.hand_over import case_of, no_road_cite
from imloop.store.models import SpotCheck

FREE = "spot_check.free_of_charge"


def spot_check_paper(row: SpotCheck, today: date) -> bytes:
    """The same bytes for the same record."""
    law = registers.law_at(day_of(row.at), row.place)
    names = registers.names_of(row.data["officers"])
    case = case_of(row)
    content: dict[str, object] = {
        "number": row.number,
        "office": row.task.office.name,
        "phone": row.task.office.phone,
        "at": long_time(row.at.astimezone(CHINA)),
        "place": f"{row.task.place_name} {row.data['spot']}".strip(),
        "plate": row.plate,
        "vin": row.vin,
        "officers": "、".join(names.get(each) or each for each in row.data["officers"]),
        "method": METHOD_NAMES[Method(row.method)].zh if row.method else "—",
        "instrument": row.data["instrument"] or "—",
        "result": RESULT_NAMES[SpotResult(row.result)].zh,
        "failed": row.result == SpotResult.FAIL,
        "items": [_item(each) for each in row.verdict["items"]],
        "reasons": [str(each["text"]) for each in row.verdict["reasons"]],
        "refusal": row.data["refusal"],
        "signed": SIGNED_NAMES[Signed(row.data["signed"])].zh,
        "signed_why": row.data["signed_why"],
        "free": law.cite(FREE) if law.get(FREE) else "",
        "order": row.order_no,
        "ordered": long_time(row.ordered_at.astimezone(CHINA)) if row.ordered_at else "",
        "deadline": long_date(row.deadline) if row.deadline else "",
        "case": row.case_no,
        "cite": law.cite("spot_check.where"),
        "no_road": no_road_cite(law),
        "objection": _objection(law),
        "qr": qr_svg(case_url(case)) if case is not None and row.order_no else "",
        "waits": row.state != SpotCheck.State.COUNTS,
    }
    return print_pdf(template(row.place, "spot_check.typ", day_of(row.at)), content, row.received_at)


def _item(said: dict[str, object]) -> dict[str, str]:
    item = ITEMS[str(said["item"])]
    limit = said["limit"]
    ends = limit if isinstance(limit, list) else [limit]
    return {
        "label": item.label.zh,
        "value": f"{said['value']:.{item.decimals}f}",
        "limit": "–".join(f"{end:g}" for end in ends if end is not None) or "—",
        "unit": item.unit,
    }


def _objection(law: Law) -> str:
    """In the words that the place's law gives it."""
    key = "spot_check.objection_retest"
    if law.get(key):
        return f"对抽测结果有异议的，可以自选一家检验机构复检（{law.cite(key)}）。"
    return "对抽测结果有异议的，可以向作出责令的生态环境部门提出。"

"""What people do in an outage, through the API: one vehicle that failed, was repaired,
and whose record does not come."""

from __future__ import annotations

from typing import Any

from imloop.store.models import Finding
from support.city import LISTED, NEAR, PLACE, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, repair_message, test_message

OFFICE = f"{PLACE}-environment"
PAPERS = {"settlement_no": "J-77", "certificate_no": "H-77"}
FAIL, DONE, SHOWN, RETEST = "2026-03-02 09:00", "2026-03-03 16:00", "2026-03-04 10:00", "2026-03-04 10:30"


def upload(
    doors: Doors, when: str, *, station: str = NEAR, expect: int = 201, **change: Any
) -> dict[str, Any]:
    message = test_message(at(when), station=station, **change)
    return doors.post("tests", message, by=station, expect=expect)


def repair(doors: Doors, *, shop: str = LISTED, expect: int = 201, **change: Any) -> dict[str, Any]:
    documents = {**PAPERS, "invoice_no": "F-77", **change.pop("documents", {})}
    message = repair_message(at(change.pop("done", DONE)), shop=shop, documents=documents, **change)
    return doors.post("repairs", message, by=shop, expect=expect)


def declare(doors: Doors, starts: str = "2026-03-04 09:30", *, by: str = OFFICE, **said: Any) -> str:
    body = {"scope": "platform", "cause": "机房断电", "starts_at": at(starts).isoformat(), **said}
    return str(doors.post("outages", body, by=by, expect=201)["outage_no"])


def unlock(doors: Doors, *, expect: int = 201, **said: Any) -> dict[str, Any]:
    body = {"station": NEAR, "shop": LISTED, "plate": PLATE, "reason": "电话核对", **PAPERS, **said}
    return doors.post("fallback-unlocks", body, by=OFFICE, expect=expect)


def stock(doors: Doors, station: str = NEAR) -> list[dict[str, str]]:
    return list(doors.get("offline-vouchers", by=station)["vouchers"])


def of_day(rows: list[dict[str, str]], day: str) -> dict[str, str]:
    return next(row for row in rows if row["day"] == day)


def redeem(
    doors: Doors,
    voucher: dict[str, str],
    *,
    used: str = SHOWN,
    by: str = NEAR,
    expect: int = 201,
    **said: Any,
) -> dict[str, Any]:
    body = {
        "voucher": voucher,
        "vehicle": {"vin": VIN, "plate": PLATE},
        "shop": LISTED,
        "documents": PAPERS,
        "used_at": at(used).isoformat(),
        **said,
    }
    return doors.post("offline-vouchers/redeem", body, by=by, expect=expect)


def permit(doors: Doors, when: str = RETEST) -> list[str]:
    """Codes, refusals first; the last word is whether it is allowed."""
    answer = doors.get(f"retest-permit?vin={VIN}&at={when.replace(' ', 'T')}", by=NEAR)
    return [*(reason["code"] for reason in answer["reasons"]), str(answer["allowed"])]


def findings(code: str = "fallback") -> list[tuple[str, str]]:
    rows = Finding.objects.filter(code__startswith=code).order_by("id")
    return list(rows.values_list("code", "station_code"))


def issued_before(doors: Doors) -> list[dict[str, str]]:
    """The station fetches its stock on the morning before."""
    doors.at("2026-03-03 08:00")
    return stock(doors)

"""The number of a document is used once: over all shops and years, on paper and in records, however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.store.models import Finding, Repair, RepairPaper
from support.city import LISTED, NEAR, OTHER, PLACE, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, test_message
from support.stories.outages import (
    FAIL,
    declare,
    issued_before,
    of_day,
    permit,
    redeem,
    repair,
    unlock,
    upload,
)

pytestmark = pytest.mark.every_case("what one database keeps and finds as it was written another may not")

SECOND = {"vin": "LSVAA4187E2000077", "plate": "桂B77777"}
THIRD = {"vin": "LSVAU2180N2183294", "plate": "桂B54321"}
NUMBERS = {
    "certificate_no": "桂H-0042177",
    "settlement_no": "20260303-001",
    "invoice_no": "25452000000012345678",
}


def fails(doors: Doors, when: str, who: dict[str, str]) -> None:
    vehicle = {**test_message(at(when), station=NEAR)["vehicle"], **who}  # type: ignore[dict-item]
    upload(doors, when, co=0.9, vehicle=vehicle)


@pytest.fixture
def failed(doors: Doors) -> Doors:
    """Two vehicles; the first one's repair has the numbers."""
    doors.at("2026-03-02 10:10")
    upload(doors, FAIL, co=0.9)
    fails(doors, "2026-03-02 10:00", SECOND)
    doors.at("2026-03-03 16:30")
    assert repair(doors, documents=NUMBERS)["retest"]["allowed"]
    return doors


def refused(receipt: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in receipt["retest"]["reasons"]]


FRESH = {
    "certificate_no": "桂H-0042999",
    "settlement_no": "20260303-009",
    "invoice_no": "25452000000099999999",
}


@pytest.mark.parametrize(
    ("document", "written"),
    [
        ("certificate_no", "桂h 0042177"),
        ("certificate_no", "桂Ｈ００４２１７７"),
        ("invoice_no", "2545200000001234567\u200b8"),
        ("invoice_no", "２５４５２０００００００１２３４５６７８"),
        ("invoice_no", "2545-2000/0000#1234(56)78"),
    ],
)
@pytest.mark.parametrize("shop", [LISTED, OTHER])
def test_a_number_of_another_repair(failed: Doors, shop: str, document: str, written: str) -> None:
    receipt = repair(failed, shop=shop, documents={**FRESH, document: written}, **SECOND)
    assert refused(receipt) == ["documents-invalid" if shop == LISTED else "documents-elsewhere"]
    (said,) = [each for each in receipt["findings"] if each["code"] == "paper-number-reused"]
    assert {"certificate_no": "合格证", "invoice_no": "发票"}[document] in said["text"]
    assert VIN not in str(receipt) and PLATE not in str(receipt), "whose it is stays with the departments"


def test_two_shops_number_their_settlement_lists_alike(failed: Doors) -> None:
    """Each shop's software counts by day for itself; within one shop the number is one repair's."""
    alike = {**FRESH, "settlement_no": NUMBERS["settlement_no"]}
    own = {**alike, "certificate_no": "H-1001", "invoice_no": "F-1001"}
    assert repair(failed, shop=OTHER, documents=alike, **SECOND)["retest"]["allowed"]
    failed.at("2026-03-03 21:00")
    spent = repair(failed, shop=LISTED, done="2026-03-03 20:30", documents=own, **SECOND)
    assert [each["item"] for each in spent["findings"] if each["code"] == "paper-number-reused"] == [
        "settlement"
    ]
    assert Repair.objects.get(repair_no=spent["repair_no"]).papers.count() == 3


@pytest.mark.parametrize("written", ["0", "00", "无", "N/A", "-", "F-0000", "号码待补", "\u0420-77123"])
def test_what_is_no_number(failed: Doors, written: str) -> None:
    assert refused(repair(failed, documents={**FRESH, "invoice_no": written}, **SECOND)) == [
        "documents-invalid"
    ]
    assert repair(failed, documents=FRESH, **SECOND)["retest"]["allowed"], "the same papers, corrected"


def test_numbers_are_once_over_years_too(failed: Doors) -> None:
    upload_retest = upload(failed, "2026-03-03 16:31")
    assert upload_retest["case_state"] == "closed"
    failed.at("2027-03-02 09:10")
    fails(failed, "2027-03-02 09:00", {})
    failed.at("2027-03-03 16:30")
    again = repair(failed, done="2027-03-03 16:00", documents=NUMBERS, odometer_km=50030)
    assert refused(again) == ["documents-invalid"]


def test_after_a_failed_retest_the_papers_are_spent(failed: Doors) -> None:
    upload(failed, "2026-03-03 16:31", co=0.9)
    failed.at("2026-03-04 16:30")
    again = repair(failed, done="2026-03-04 16:00", documents=NUMBERS, cost_yuan="0")
    assert refused(again) == ["documents-invalid"]


@pytest.fixture
def shown(failed: Doors) -> Doors:
    """The second vehicle is retested on its own paper in an outage."""
    failed.at("2026-03-04 10:00")
    declare(failed)
    unlock(failed, plate=SECOND["plate"], settlement_no="J-555", certificate_no="H-555")
    return failed


def test_a_paper_shown_for_one_vehicle_is_no_record_of_another(shown: Doors) -> None:
    fails(shown, "2026-03-04 09:40", THIRD)
    shown.at("2026-03-04 15:00")
    papers = {**FRESH, "settlement_no": "J-555", "certificate_no": "H-555"}
    other = repair(
        shown,
        done="2026-03-04 14:50",
        received_at=at("2026-03-04 11:00").isoformat(),
        documents=papers,
        **THIRD,
    )
    assert refused(other) == ["documents-on-paper"]
    case, no = other["case"], other["repair_no"]
    # The station may have noted a wrong number: a department looks, and the honest owner goes on.
    path = f"cases/{case}/repairs/{LISTED}/{no}/release"
    shown.post(path, {"reason": "已看合格证原件，检验机构抄错编号。"}, by=f"{PLACE}-transport", expect=200)
    assert permit_of(shown, THIRD["vin"]) == "True"
    assert not Finding.objects.filter(subject=no, resolved_at__isnull=True).exists()


def permit_of(doors: Doors, vin: str) -> str:
    return str(doors.get(f"retest-permit?vin={vin}&at=2026-03-04T15:00", by=NEAR)["allowed"])


def test_the_record_of_the_very_same_paper_is_honest(shown: Doors) -> None:
    papers = {**FRESH, "settlement_no": "J 555", "certificate_no": "h-555"}
    late = repair(shown, done="2026-03-03 17:00", documents=papers, **SECOND)
    assert refused(late) == [] and late["findings"] == []
    assert not Finding.objects.filter(code__startswith="fallback").exists()


def test_a_paper_is_shown_once(shown: Doors) -> None:
    fails(shown, "2026-03-04 09:40", THIRD)
    answer = unlock(shown, plate=THIRD["plate"], settlement_no="J555", certificate_no="", expect=403)
    assert answer["code"] == "paper-used"
    assert unlock(shown, plate=THIRD["plate"], settlement_no="J-556", certificate_no="")["state"] == "waiting"
    again = unlock(shown, plate=SECOND["plate"], settlement_no="J-555", certificate_no="H-555")
    assert again["state"] == "waiting", "the same vehicle, the same day: it may have been turned away once"


def test_the_paper_of_an_earlier_repair_opens_nothing(failed: Doors) -> None:
    """Of the same vehicle, but its retest has failed since."""
    upload(failed, "2026-03-03 16:31", co=0.9)
    failed.at("2026-03-04 10:00")
    declare(failed)
    old = {name: NUMBERS[name] for name in ("settlement_no", "certificate_no")}
    assert unlock(failed, **old, expect=403)["code"] == "paper-used"


def test_by_voucher_a_used_paper_is_kept_and_opens_nothing(failed: Doors) -> None:
    vouchers = issued_before(failed)
    failed.at("2026-03-04 10:30")
    declare(failed)
    told = redeem(
        failed,
        of_day(vouchers, "2026-03-04"),
        vehicle=SECOND,
        documents={"settlement_no": "", "certificate_no": NUMBERS["certificate_no"]},
    )
    assert not told["unlocked"] and [each["code"] for each in told["findings"]] == ["paper-used"]
    assert permit_of(failed, SECOND["vin"]) == "False"


def test_a_paper_that_opened_nothing_was_not_used(failed: Doors) -> None:
    """A voucher used outside of any outage: kept, and no stain on the repair whose numbers were noted."""
    vouchers = issued_before(failed)
    failed.at("2026-03-04 11:00")
    redeem(failed, of_day(vouchers, "2026-03-04"), documents={"settlement_no": "J-555", "certificate_no": ""})
    papers = {**FRESH, "settlement_no": "J-555"}
    assert repair(failed, done="2026-03-04 10:30", documents=papers, **SECOND)["retest"]["allowed"]


def test_numbers_are_kept_as_written_and_compared_in_one_form(failed: Doors) -> None:
    kept = RepairPaper.objects.filter(repair__isnull=False).values_list("kind", "number")
    assert dict(kept) == {
        "certificate": "桂H0042177",
        "settlement": "20260303001",
        "invoice": "25452000000012345678",
    }
    assert permit(failed, "2026-03-03 16:40")[-1] == "True"

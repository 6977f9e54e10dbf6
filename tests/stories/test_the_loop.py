"""The closed loop through its public steps: fail → notice → repair → permit → retest, in both phases of the plan."""

from __future__ import annotations

import pytest

from imloop.facts.refusal import Unlawful
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.declare_overdue import declare_overdue
from imloop.store.models import Case, Finding, Notice, OutboxEntry, Test
from support.city import FAR, LISTED, NEAR, UNLISTED, City, at
from support.messages.uploads import VIN

FAIL = {"co": 0.9}


def permit(city: City, when: str, station: str = NEAR) -> dict[str, object]:
    return ask_permit(city.callers[station], station=station, vin=VIN, at=at(when))


def codes(answer: dict[str, object]) -> list[str]:
    reasons = answer["reasons"]
    assert isinstance(reasons, list)
    return [reason["code"] for reason in reasons if not reason.get("warning")]


def test_full_phase_closes_the_loop(city: City) -> None:
    failed = city.test("2026-03-02 09:00", **FAIL).body
    assert failed["verdict"] == "fail"
    assert failed["deadline"] == "2026-03-23"
    assert str(failed["case"]).startswith("450200-2026-")
    assert Notice.objects.get().notice_no == failed["notice"]

    refused = permit(city, "2026-03-02 10:00")
    assert refused["allowed"] is False
    assert codes(refused) == ["no-repair-record"]
    assert all(reason["cite"] and reason["next"] for reason in refused["reasons"])

    repaired = city.repair("2026-03-04 16:00").body
    assert repaired["case_state"] == "awaiting_retest"
    assert permit(city, "2026-03-05 09:00")["allowed"] is True
    assert codes(permit(city, "2026-03-05 09:00", FAR)) == ["not-this-station"]

    passed = city.test("2026-03-05 09:00", purpose="retest").body
    assert (passed["verdict"], passed["case"], passed["case_state"]) == ("pass", failed["case"], "closed")
    assert Case.objects.get().closed_at is not None
    assert codes(permit(city, "2026-03-06 09:00")) == ["no-open-case"]


def test_transition_phase_takes_any_repairer_with_invoice_and_settlement(city: City) -> None:
    city.test("2026-02-20 09:00", **FAIL)
    papers = {"settlement_no": "J1", "invoice_no": "F1"}
    city.repair("2026-02-25 16:00", shop=UNLISTED, documents=papers)
    assert permit(city, "2026-02-26 09:00")["allowed"] is True
    assert city.test("2026-02-26 09:00").body["case_state"] == "closed"


def test_full_phase_refuses_an_unlisted_repairer(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00", shop=UNLISTED)
    assert "repairer-not-listed" in codes(permit(city, "2026-03-05 09:00"))
    with pytest.raises(Unlawful) as refusal:
        city.test("2026-03-05 09:00")
    assert "repairer-not-listed" in [reason.code for reason in refusal.value.reasons]
    city.repair("2026-03-06 16:00", shop=LISTED)
    assert permit(city, "2026-03-07 09:00")["allowed"] is True


def test_full_phase_wants_all_three_documents(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00", documents={"settlement_no": "J1", "invoice_no": "F1"})
    assert codes(permit(city, "2026-03-05 09:00")) == ["documents-missing"]


def test_a_retest_without_repair_is_refused_and_kept_as_evidence(city: City) -> None:
    from imloop.store.models import RawUpload

    city.test("2026-03-02 09:00", **FAIL)
    with pytest.raises(Unlawful) as refusal:
        city.test("2026-03-02 09:25")
    assert refusal.value.code == "no-repair-record"
    assert refusal.value.cite
    assert Test.objects.count() == 1
    assert RawUpload.objects.get(refused="no-repair-record").size > 0


def test_another_station_may_not_retest(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00")
    with pytest.raises(Unlawful) as refusal:
        city.test("2026-03-05 09:00", station=FAR)
    assert "not-this-station" in [reason.code for reason in refusal.value.reasons]


def test_a_failed_retest_goes_round_again_as_warranty_rework(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00")
    again = city.test("2026-03-05 09:00", **FAIL).body
    case = Case.objects.get()
    assert (case.state, case.round) == ("awaiting_repair", 2)
    assert again["notice"] != Notice.objects.order_by("id").first().notice_no
    assert codes(permit(city, "2026-03-05 10:00")) in (["no-repair-record"], ["repair-before-fail"])
    assert OutboxEntry.objects.filter(receiver=LISTED).exists()  # the shop hears of the rework
    city.repair("2026-03-06 16:00")
    assert city.test("2026-03-09 09:00").body["case_state"] == "closed"


def test_across_spring_festival(city: City) -> None:
    assert city.test("2026-02-05 09:00", **FAIL).body["deadline"] == "2026-03-04"
    assert declare_overdue(at("2026-03-04 23:00")) == 0
    assert declare_overdue(at("2026-03-05 00:10")) == 1
    assert declare_overdue(at("2026-03-05 01:10")) == 0
    assert Case.objects.get().overdue
    city.repair("2026-03-05 16:00")
    answer = permit(city, "2026-03-06 09:00")
    assert answer["allowed"] is True
    assert [reason["code"] for reason in answer["reasons"]] == ["overdue"]


def test_an_unpublished_year_gives_a_provisional_deadline(city: City) -> None:
    receipt = city.test("2026-12-15 09:00", **FAIL).body
    assert receipt["deadline_provisional"] is True


def test_every_hop_of_the_repair_is_in_the_feeds(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00")
    receivers = set(
        OutboxEntry.objects.filter(created_at__gte=at("2026-03-04 16:00")).values_list("receiver", flat=True)
    )
    assert {NEAR, "450200-environment", "450200-transport"} <= receivers


def test_runs_that_do_not_count_move_nothing(city: City) -> None:
    aborted = city.test("2026-03-02 09:00", outcome="aborted", **FAIL).body
    assert (aborted["verdict"], aborted["case"]) == ("invalid", None)
    assert not Case.objects.exists()


def test_an_older_pass_uploaded_late_leaves_the_case_open(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    late = city.test("2026-02-27 09:00", now=at("2026-03-02 12:00")).body
    assert (late["counts"], late["counts_why"]) == ("nothing", "time-held")
    assert Case.objects.get().state == "awaiting_repair"
    assert Finding.objects.filter(code="uploaded-out-of-order").exists()


def test_without_identity_the_test_is_judged_but_opens_no_case(city: City) -> None:
    receipt = city.test("2026-03-02 09:00", vehicle={"fuel": "gasoline"}, **FAIL).body
    assert (receipt["verdict"], receipt["case"]) == ("fail", None)
    assert "vehicle-unidentified" in [finding["code"] for finding in receipt["findings"]]


def test_a_document_used_twice_does_not_open_the_retest(city: City) -> None:
    papers = {"certificate_no": "H9", "settlement_no": "J9", "invoice_no": "F9"}
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00", documents=papers)
    city.test("2026-03-05 09:00", **FAIL)
    second = city.repair("2026-03-06 16:00", documents=papers).body
    assert second["rework_of"]
    assert codes(permit(city, "2026-03-07 09:00")) == ["documents-invalid"]

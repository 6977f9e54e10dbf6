"""Every answer that a test gets is compared with the document (``support/answers.py``); here is what that notices."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse

from imloop.api.http.answers import as_json, as_pdf
from support.answers import check
from support.city import NEAR, City
from support.messages.uploads import VIN

GATE: dict[str, Any] = {
    "gate": "conflict",
    "allowed": False,
    "reasons": [{"code": "same-hand", "cite": "R20", "text": "同一经营者", "text_en": "one hand"}],
    "party": "450203001",
}
REASON = GATE["reasons"][0]


def test_as_declared() -> None:
    check("GET gates/conflict", as_json(GATE))
    check("GET notices/{notice_no}.pdf", as_pdf(b"%PDF", "N1"))
    check("GET matters/{matter_no}/files/{digest}", HttpResponse(b"\xff\xd8", content_type="image/jpeg"))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (as_json({name: GATE[name] for name in GATE if name != "party"}), '"party" is a required property'),
        (as_json({**GATE, "owner": "韦小明"}), "'owner' was unexpected"),
        (as_json({**GATE, "reasons": [{**REASON, "owner": "韦小明"}]}), "'owner' was unexpected"),
        (as_json({**GATE, "allowed": None}), "null is not of type"),
        (as_json({**GATE, "reasons": [{**REASON, "rows": "1-2"}]}), "is not of type"),
        (as_json(GATE, 201), "answers 201, which is not declared"),
        (as_pdf(b"%PDF", "G1"), "answers application/pdf, declared is application/json"),
    ],
)
def test_what_is_otherwise_is_noticed(answer: HttpResponse, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        check("GET gates/conflict", answer)


def test_a_time_without_offset_is_noticed() -> None:
    feed = {"entries": [], "next": 0, "more": False, "epoch": "0"}
    check("GET feed", as_json(feed))
    entry = {"seq": 1, "topic": "t", "subject": "s", "at": "2026-03-02T09:00:00", "body": {}}
    with pytest.raises(AssertionError, match="date-time"):
        check("GET feed", as_json({**feed, "entries": [entry]}))


def test_no_answer_goes_past_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a view says what its route does not declare, the test that asked fails."""
    monkeypatch.setattr("imloop.api.cases.ask_permit", lambda *_, **__: {"allowed": True})
    with pytest.raises(AssertionError, match="GET retest-permit 200 is not as declared"):
        city.client(NEAR).get("/api/v1/retest-permit", {"vin": VIN})

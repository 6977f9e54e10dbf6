"""What every upload is asked first: whose it is, and whether it has happened yet."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from imloop.facts.days import CHINA
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_own
from imloop.steps.ground.clock import require_past
from imloop.store.models import PartyKind

STATION = Caller("450203001", PartyKind.ISTATION, "柳东站", "450203")
SHOP = Caller("450203M01", PartyKind.MSTATION, "柳南治理站", "450203")
NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)


def test_a_message_speaks_for_who_sends_it() -> None:
    require_own(STATION, PartyKind.ISTATION, "450203001")
    require_own(SHOP, PartyKind.MSTATION, "450203M01")


@pytest.mark.parametrize(
    ("caller", "kind", "named", "code"),
    [
        (STATION, PartyKind.ISTATION, "450203002", "not-your-station"),
        (STATION, PartyKind.ISTATION, "柳东站", "not-your-station"),
        (SHOP, PartyKind.MSTATION, "450203M02", "not-your-shop"),
        (SHOP, PartyKind.MSTATION, "柳南治理站", "not-your-shop"),
        (SHOP, PartyKind.ISTATION, "450203M01", "wrong-kind-of-party"),
    ],
)
def test_nobody_speaks_for_another(caller: Caller, kind: str, named: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        require_own(caller, kind, named)
    assert refused.value.code == code


def test_clocks_may_differ_a_little() -> None:
    words, skew = Text("晚于现在。", "In the future."), timedelta(seconds=settings.CLOCK_SKEW_SECONDS)
    require_past(NOON + skew, NOON, words, at="finished_at")
    with pytest.raises(Malformed) as refused:
        require_past(NOON + skew + timedelta(seconds=1), NOON, words, at="finished_at")
    assert (refused.value.code, refused.value.text) == ("time-in-future", words)

"""Every call by every kind of party, and by nobody: what stands at the routes is what happens."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from imloop.api.app import CALLS as ROUTES
from imloop.api.http.audience import EVERYONE
from imloop.store.models import Party, PartyKind
from support.api_calls import Call, calls
from support.city import LISTED, NEAR, PLACE, City

CALLS = list(calls())
GUARDED = [call for call in CALLS if not call.path.startswith("public/")]
TURNED_AWAY = (401, 403)


@pytest.fixture(scope="module")
def clients(lasting: None) -> dict[str, Client]:
    """One of every kind of party."""
    city = City.build()
    Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=PLACE)
    # A kind that no call names yet is let in nowhere.
    Party.objects.create(code=f"{PLACE}-commerce", kind="commerce", name="commerce", place=PLACE)
    codes = {PartyKind.ISTATION: NEAR, PartyKind.MSTATION: LISTED}
    return {kind: city.client(codes.get(kind, f"{PLACE}-{kind}")) for kind in (*EVERYONE, "commerce")}


def code_of(answer: object) -> str:
    return str(answer.json().get("code", "")) if answer.status_code >= 400 else ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("call", GUARDED, ids=lambda call: call.name)
def test_each_wrong_kind_is_turned_away_before_its_message_is_read(
    db: None, clients: dict[str, Client], call: Call
) -> None:
    allowed = ROUTES[call.name].who
    for kind, client in clients.items():
        answer = call.by(client)
        turned_away = answer.status_code == 403 and code_of(answer) == "wrong-kind-of-party"
        assert turned_away is (kind not in allowed), (kind, answer.status_code, answer.content[:200])
        assert answer.status_code < 500
    stranger = call.by(Client())
    assert (stranger.status_code, code_of(stranger)) == (401, "no-key")


@pytest.mark.parametrize("call", [c for c in CALLS if c not in GUARDED], ids=lambda call: call.name)
@override_settings(PUBLIC_ASKS_PER_MINUTE=10_000)
def test_what_is_public_needs_no_key(db: None, clients: dict[str, Client], call: Call) -> None:
    answer = call.by(Client())
    assert answer.status_code not in TURNED_AWAY and answer.status_code < 500, answer.content[:200]


def test_a_wrong_kind_learns_nothing_of_its_own_mistakes(db: None, clients: dict[str, Client]) -> None:
    """The refusal comes first, whatever the message is like."""
    answer = clients[PartyKind.MSTATION].post("/api/v1/zones", b"{", content_type="application/json")
    assert answer.status_code == 403

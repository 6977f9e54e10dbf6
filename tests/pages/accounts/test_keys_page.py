"""The page on which a party keeps the keys of its machines."""

from __future__ import annotations

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from imloop.exchange.http.station_signing import hmac_key, thumbprint
from imloop.store.models import ApiKey, JournalEntry, OutboxEntry, Party, PartyKind
from support.city import FAR, NEAR, PLACE, City
from support.doors import Doors
from support.messages.signing import Signer, pem_of
from support.people import person


@pytest.fixture(autouse=True)
def morning(doors: Doors) -> None:
    doors.at("2026-03-05 09:30")


def made(answer: object) -> str:
    (found,) = re.findall(r"<br>\s*<code>([^<]+)</code>", answer.content.decode())  # type: ignore[attr-defined]
    return str(found)


def test_a_head_issues_an_hmac_key_and_sees_it_once(city: City) -> None:
    head = person(NEAR, head=True)
    token = made(head.post("/keys", {"what": "issue", "kind": "hmac", "note": "一号电脑"}))
    assert Signer(*hmac_key(token)).send("GET", "feed").status_code == 200
    page = head.get("/keys").content.decode()
    assert "一号电脑" in page and "2026-03-05" in page
    assert token.split("_", 2)[2] not in page
    entry = JournalEntry.objects.get(kind="key-issued")
    assert entry.actor.startswith(NEAR) and token.split("_", 2)[2] not in entry.body


def test_rotation_keeps_both_and_revoking_ends_one(city: City) -> None:
    head = person(NEAR, head=True)
    private = Ed25519PrivateKey.generate()
    issue = {"what": "issue", "kind": "ed25519", "public_key": pem_of(private).decode()}
    old = made(head.post("/keys", issue))
    assert old == thumbprint(private.public_key())
    assert head.post("/keys", issue).status_code == 422, "known already"
    assert head.post("/keys", {**issue, "public_key": "x"}).status_code == 422
    successor = Ed25519PrivateKey.generate()
    new = made(head.post("/keys", {"what": "rotate", "key": old, "public_key": pem_of(successor).decode()}))
    for key_id, secret in ((old, private), (new, successor)):
        assert Signer(key_id, secret).send("GET", "feed").status_code == 200
    assert str(ApiKey.objects.get(key_id=old).until) == "2026-03-12"
    assert head.post("/keys", {"what": "revoke", "key": old, "reason": ""}).status_code == 422
    assert head.post("/keys", {"what": "revoke", "key": old, "reason": "笔记本被盗"}).status_code == 302
    assert Signer(old, private).send("GET", "feed").status_code == 401
    assert "笔记本被盗" in head.get("/keys").content.decode()


def test_nobody_else_touches_them_but_an_administrator_of_whom_the_party_hears(city: City) -> None:
    key_id = city.key(NEAR).split("_")[1]
    assert person(NEAR).get("/keys").status_code == 403
    stranger = person(FAR, head=True)
    for form in ({"what": "revoke", "key": key_id, "reason": "x"}, {"what": "rotate", "key": key_id}):
        assert stranger.post(f"/keys?party={NEAR}", form).status_code == 422
        assert "heads-only" not in stranger.get("/keys").content.decode()
    assert ApiKey.objects.get(key_id=key_id).revoked_at is None and ApiKey.objects.count() == 1
    Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=PLACE)
    admin = person(f"{PLACE}-admin")
    assert key_id in admin.get(f"/keys?party={NEAR}").content.decode()
    admin.post(f"/keys?party={NEAR}", {"what": "revoke", "key": key_id, "reason": "报失"})
    assert ApiKey.objects.get(key_id=key_id).revoked_reason == "报失"
    assert OutboxEntry.objects.get(receiver=NEAR, topic="key-revoked").body["reason"] == "报失"

"""The keys of a party's machines, for its head and for administrators: issue, rotate, revoke.
A secret is shown once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.choices import named
from imloop.pages.forms import sent_day_or_none
from imloop.pages.guard import EVERY_DESK, desk, page, words
from imloop.steps.accounts import lookups, manage_keys, staffing
from imloop.steps.accounts.keys import OVERLAP
from imloop.steps.accounts.leaving import keys_of_leavers
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.registers import any_party
from imloop.store.models import ApiKey, PartyKind

KINDS: dict[str, Text] = {
    ApiKey.Kind.ED25519: Text("Ed25519 签名", "Ed25519 signature"),
    ApiKey.Kind.HMAC_SHA256: Text("HMAC-SHA256 签名", "HMAC-SHA256 signature"),
    ApiKey.Kind.HMAC_SM3: Text("HMAC-SM3 签名", "HMAC-SM3 signature"),
    ApiKey.Kind.BEARER: Text("随报文发送", "sent with each message"),
}


@desk(*EVERY_DESK)
def keys(request: HttpRequest, caller: Caller) -> HttpResponse:
    """POST: issue and rotate answer with the new key, once; revoking leads back to the list."""
    now = clock.now()
    is_admin = caller.kind == PartyKind.ADMIN
    party = request.GET.get("party", caller.party_code) if is_admin else caller.party_code
    manage_keys.keys_of(caller, party, now)  # whoever may not manage them sees no form either
    context: dict[str, object] = {}
    if request.method == "POST":
        made = _act(request.POST, caller, party)
        if made is None:
            return redirect(f"/keys?party={party}")
        context["made"] = made
    day = day_of(now)
    rows = [(row, manage_keys.state_of(row, day)) for row in manage_keys.keys_of(caller, party, now)]
    context |= {
        "live": [(row, words(KINDS[row.kind])) for row, state in rows if state == "live"],
        "former": [(row, state) for row, state in rows if state != "live"],
        "of_leavers": keys_of_leavers(party),
        "party": party,
        "parties": named(lookups.parties(caller)),
        "kinds": _kinds(),
        "manages": staffing.may_manage(caller, party, day),
        "own": caller.user if manage_keys.may_have_own(caller, party) else "",
        "is_office": any_party(party).kind in OFFICES,
        "overlap": OVERLAP.days,
    }
    return page(request, caller, "accounts/keys.html", context)


def _kinds() -> list[tuple[str, str]]:
    names = {
        "ed25519": Text(
            "Ed25519 签名：私钥只在站里（推荐）", "Ed25519 signature: the private key stays here (best)"
        ),
        "hmac": Text("HMAC 签名：双方持有同一密钥", "HMAC signature: both sides hold the secret"),
        "bearer": Text(
            "随报文发送密钥：只用于 TLS 或本机", "key sent with each message: over TLS or loopback only"
        ),
    }
    return [(kind, words(names[kind])) for kind in manage_keys.KINDS]


def _act(form: QueryDict, caller: Caller, party: str) -> str | None:
    """The new key; None when one was revoked."""
    what, now, key_id = form.get("what", ""), clock.now(), form.get("key", "")
    pem = form.get("public_key", "")
    if what == "issue":
        return manage_keys.issue(
            caller,
            party,
            kind=form.get("kind", ""),
            public_key=pem,
            note=form.get("note", ""),
            until=sent_day_or_none(form, "until"),
            person=form.get("person", ""),
            now=now,
        )
    if what == "rotate":
        return manage_keys.rotate(caller, key_id, public_key=pem, now=now)
    if what == "revoke":
        manage_keys.revoke(caller, key_id, reason=form.get("reason", ""), now=now)
        return None
    raise Malformed("wrong-value", Text("没有这项操作。", "No such action."))

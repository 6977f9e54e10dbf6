"""Messages that are signed: what is good is taken once, what was changed, repeated or is late is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client, override_settings

from imloop.api.app import CALLS
from imloop.exchange.http import rate_limit
from imloop.exchange.http.station_signing import sign
from imloop.steps.accounts.keys import Kind, forget_nonces, issue_key, revoke_key, rotate_key
from imloop.steps.ground import clock
from imloop.store.models import ApiKey, Party, Test, UsedNonce
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.messages.signing import HOST, Signer, pem_of
from support.messages.uploads import test_message
from support.repository import ROOT

SIGNED = [Kind.ED25519, Kind.HMAC_SHA256, Kind.HMAC_SM3]


@pytest.fixture(autouse=True)
def morning(doors: Doors) -> None:
    doors.at("2026-03-05 09:30")


def upload() -> bytes:
    return msgspec.json.encode(test_message(at("2026-03-05 09:00"), station=NEAR))


def code_of(answer: object) -> tuple[int, str]:
    read = "json" in answer["Content-Type"]  # type: ignore[index]
    return answer.status_code, answer.json().get("code", "") if read else ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", SIGNED)
def test_a_signed_upload_is_taken_and_a_signed_question_answered(city: City, kind: str) -> None:
    station, body = Signer.of(NEAR, kind), upload()
    assert station.send("POST", "tests", body).status_code == 201
    again = station.send("POST", "tests", body)
    assert again.status_code == 200, "signed anew, the same bytes give the first receipt"
    assert station.send("GET", "feed?after=0&limit=3").status_code == 200
    assert station.send("GET", "tests/%E7%94%B2%20x").status_code == 404, "a path that had to be escaped"
    assert ApiKey.objects.get(key_id=station.key_id).used_on == at("2026-03-05 00:00").date()


@pytest.mark.parametrize("kind", SIGNED)
def test_what_was_changed_on_the_way_is_refused(city: City, kind: str) -> None:
    station = Signer.of(NEAR, kind)
    body = upload()
    other = {"Content-Digest": sign_of(body + b" ")["Content-Digest"]}
    for change in (
        {"body": body.replace(b"ASM", b"TSI")},
        {"body": body + b" ", "headers": other},
        {"path": "repairs"},
        {"path": "tests?x=1"},
        {"method": "PUT"},
        {"headers": {"Host": "127.0.0.1"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"Signature": "imloop=:AAAA:"}},
        {"headers": {"Content-Digest": ""}},
    ):
        status, code = code_of(station.send("POST", "tests", body, changed=change))
        assert (status, code) in (
            (401, "signature-wrong"),
            (404, "unknown-call"),
            (405, "method-not-allowed"),
        ), change
    assert not Test.objects.exists() and not UsedNonce.objects.exists()


def sign_of(body: bytes) -> dict[str, str]:
    secret = Ed25519PrivateKey.generate()
    return sign("POST", f"{HOST}/", body, key_id="x", secret=secret, now=clock.now(), nonce="n" * 20)


def test_the_same_message_counts_once(city: City) -> None:
    station, body = Signer.of(NEAR, Kind.ED25519), upload()
    assert station.send("POST", "tests", body, nonce="only-once").status_code == 201
    assert code_of(station.send("POST", "tests", body, nonce="only-once")) == (401, "nonce-used")
    assert code_of(station.send("GET", "feed", nonce="only-once")) == (401, "nonce-used")
    other = Signer.of(FAR, Kind.ED25519)
    assert other.send("GET", "feed", nonce="only-once").status_code == 200, "another key, another nonce"


def test_a_nonce_is_kept_while_its_message_could_come_again(city: City, doors: Doors) -> None:
    station = Signer.of(NEAR, Kind.HMAC_SHA256)
    headers = station.headers("GET", "feed", nonce="only-once")
    assert station.client.get("/api/v1/feed", headers=headers).status_code == 200
    doors.at("2026-03-05 09:34")
    assert forget_nonces(clock.now()) == 0
    assert code_of(station.client.get("/api/v1/feed", headers=headers)) == (401, "nonce-used")
    doors.at("2026-03-05 09:36")
    assert forget_nonces(clock.now()) == 1
    assert code_of(station.client.get("/api/v1/feed", headers=headers)) == (401, "signature-too-old")


@pytest.mark.parametrize(
    ("late", "code"), [(310, "signature-too-old"), (290, ""), (-290, ""), (-310, "signature-too-early")]
)
def test_clocks_may_differ_by_five_minutes(city: City, late: int, code: str) -> None:
    station = Signer.of(NEAR, Kind.ED25519)
    station.late = timedelta(seconds=late)
    assert code_of(station.send("GET", "feed")) == ((401, code) if code else (200, ""))


def test_a_signature_must_cover_what_counts(city: City) -> None:
    station = Signer.of(NEAR, Kind.HMAC_SHA256)
    for cut in ('"@query" ', '"@authority" ', ";created=1772674200"):
        headers = station.headers("GET", "feed")
        assert cut in headers["Signature-Input"].replace(")", " )"), headers
        headers["Signature-Input"] = headers["Signature-Input"].replace(cut.rstrip(), "").replace("( ", "(")
        status, code = code_of(station.client.get("/api/v1/feed", headers=headers))
        assert status == 401 and code in ("signature-wrong", "signature-incomplete"), cut
    bare = dict(station.headers("GET", "feed"), **{"Signature-Input": "imloop=;;;"})
    assert code_of(station.client.get("/api/v1/feed", headers=bare)) == (401, "signature-unreadable")


def test_a_key_opens_only_in_its_own_way(city: City) -> None:
    """A public key is no HMAC secret, an HMAC secret no bearer key: the kind on file decides, not the message."""
    private = Ed25519PrivateKey.generate()
    pem = pem_of(private)
    key_id = issue_key(Party.objects.get(code=NEAR), clock.now(), kind=Kind.ED25519, public_key=pem)
    for secret in (pem, private.public_key().public_bytes_raw()):
        assert code_of(Signer(key_id, secret).send("GET", "feed")) == (401, "signature-wrong")
    token = issue_key(Party.objects.get(code=NEAR), clock.now(), kind=Kind.HMAC_SHA256)
    sent = Client(headers={"Authorization": f"Bearer imk_{token.removeprefix('imh_')}"})
    assert code_of(sent.get("/api/v1/feed")) == (401, "wrong-key")
    kept = ApiKey.objects.get(key_id=token.split("_")[1])
    assert token.split("_", 2)[2] not in kept.material, "kept encrypted"
    bearer = city.key(NEAR).split("_", 2)
    assert code_of(Signer(bearer[1], bearer[2].encode()).send("GET", "feed")) == (401, "wrong-key")


def test_an_hmac_secret_needs_the_secret_key_of_the_installation(city: City) -> None:
    station = Signer.of(NEAR, Kind.HMAC_SHA256)
    with override_settings(SECRET_KEY="another"):
        assert code_of(station.send("GET", "feed")) == (401, "wrong-key")
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["only-for-tests"]):
        assert station.send("GET", "feed").status_code == 200


def test_ended_and_revoked_keys_open_nothing(city: City, doors: Doors) -> None:
    old = Signer.of(NEAR, Kind.HMAC_SHA256)
    rotate_key(old.key_id, clock.now())
    assert old.send("GET", "feed").status_code == 200, "both work for a week"
    doors.at("2026-03-12 00:00")
    assert code_of(old.send("GET", "feed")) == (401, "wrong-key")
    stolen = Signer.of(NEAR, Kind.ED25519)
    revoke_key(stolen.key_id, clock.now(), reason="stolen")
    assert code_of(stolen.send("GET", "feed")) == (401, "wrong-key")


@pytest.mark.parametrize("whose", [NEAR, "istation"])
def test_a_party_may_be_required_to_sign(city: City, whose: str) -> None:
    bearer, signer = city.client(NEAR), Signer.of(NEAR, Kind.ED25519)
    with override_settings(MUST_SIGN=frozenset({whose})):
        assert code_of(bearer.get("/api/v1/feed")) == (401, "signature-required")
        assert signer.send("GET", "feed").status_code == 200
        assert city.client("450200-environment").get("/api/v1/feed").status_code == 200


def test_the_fast_door_knows_signatures_too(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from imloop.api.http import fast_calls
    from imloop.store import connection_pool

    monkeypatch.setattr(connection_pool, "renew", lambda: None)  # the test's own would be closed
    station = Signer.of(NEAR, Kind.ED25519)
    answers: list[str] = []
    headers = station.headers("GET", f"retest-permit?vin=LSVAA49J132047371&station={NEAR}")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/api/v1/retest-permit",
        "QUERY_STRING": f"vin=LSVAA49J132047371&station={NEAR}",
        "HTTP_HOST": "testserver",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        "HTTP_SIGNATURE_INPUT": headers["Signature-Input"],
        "HTTP_SIGNATURE": headers["Signature"],
    }

    def not_here(*_: object) -> list[bytes]:
        raise AssertionError("the fast door answers itself")

    def start(status: str, *_: object) -> None:
        answers.append(status)

    fast_calls.Express(not_here, CALLS)(environ, start)
    fast_calls.Express(not_here, CALLS)(environ, start)
    assert answers == ["200 OK", "401 Unauthorized"], "the second is a repetition"


def test_a_party_that_calls_too_often_is_asked_to_wait(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_made", rate_limit._Minute())
    near, far = city.client(NEAR), city.client(FAR)
    with override_settings(CALLS_PER_MINUTE=3):
        assert [near.get("/api/v1/feed").status_code for _ in range(3)] == [200, 200, 200]
        refused = near.get("/api/v1/feed")
        assert code_of(refused) == (429, "too-many-calls") and refused["Retry-After"] == "60"
        assert far.get("/api/v1/feed").status_code == 200, "counted by party"


def test_the_documented_shell_example_is_taken(city: City, tmp_path: Path) -> None:
    """``docs/api.md`` with openssl; curl is stood in for by a function that prints what it was given."""
    if not (shutil.which("bash") and shutil.which("openssl")):
        pytest.skip("the example needs bash and openssl")
    (example,) = re.findall(
        r"^```bash\n(.*?)^```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.M | re.S
    )
    (tmp_path / "test.json").write_bytes(upload())
    stand_in = f"curl() {{ printf '%s\\0' \"$@\"; }}; date() {{ echo {int(clock.now().timestamp())}; }}\n"
    token = issue_key(Party.objects.get(code=NEAR), clock.now(), kind=Kind.HMAC_SHA256)
    done = subprocess.run(
        ["bash", "-eu", "-c", stand_in + example],
        cwd=tmp_path,
        env={**os.environ, "KEY": token, "HOST": "testserver"},
        capture_output=True,
        check=True,
    )
    url, *given = done.stdout.decode().split("\0")
    headers = dict(given[n + 1].split(": ", 1) for n, word in enumerate(given) if word == "-H")
    answer = Client().generic(
        "POST",
        url.removeprefix("https://testserver"),
        (tmp_path / "test.json").read_bytes(),
        content_type=headers.pop("Content-Type"),
        headers=headers,
    )
    assert answer.status_code == 201, answer.content

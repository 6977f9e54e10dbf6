"""Offline vouchers: who may trust one, and that neither network nor store is needed to tell."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from imloop.exchange import vouchers
from imloop.facts.refusal import Malformed, Refusal
from support.city import FAR, NEAR, at
from support.servers.commands import Commands

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
DAY = date(2026, 3, 5)
TRUE = vouchers.issue("450200-2026-000001", NEAR, DAY, key=KEY, issued_at=at("2026-03-04 08:00"))
DURING = at("2026-03-05 23:59")


def refused(data: dict[str, str], *, station: str = NEAR, when: str = "2026-03-05 10:00") -> str:
    """The code of the refusal; empty when there is none."""
    try:
        vouchers.verify(vouchers.read(data), PEM, station=station, at=at(when))
    except Refusal as refusal:
        return refusal.code
    return ""


def test_a_true_voucher_is_good_at_its_station_on_its_day_alone() -> None:
    data = TRUE.to_json()
    assert refused(data) == refused(data, when="2026-03-05 23:59") == ""
    assert refused(data, when="2026-03-06 00:00") == "voucher-other-day"
    assert refused(data, when="2026-03-04 23:59") == "voucher-other-day"
    assert refused(data, station=FAR) == "voucher-other-station"


@pytest.mark.parametrize("field", ["number", "station", "day", "issued_at", "code"])
def test_whatever_is_changed_shows(field: str) -> None:
    other = vouchers.issue("450200-2026-000002", FAR, date(2026, 3, 6), key=KEY, issued_at=DURING)
    assert refused({**TRUE.to_json(), field: other.to_json()[field]}) == "voucher-forged"


@given(st.text(max_size=100) | st.binary(max_size=70).map(lambda raw: TRUE.signature[:20] + raw.hex()))
def test_no_other_words_make_a_signature(words: str) -> None:
    assert refused({**TRUE.to_json(), "signature": words}) in ("voucher-forged", "malformed")
    assert refused({**TRUE.to_json(), "signature": TRUE.signature + "!"}) == "voucher-forged"


def test_another_hand_signs_in_vain() -> None:
    thief = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    theirs = vouchers.issue("450200-2026-000001", NEAR, DAY, key=thief, issued_at=DURING).to_json()
    assert refused(theirs) == "voucher-other-key"
    assert refused({**theirs, "keyid": TRUE.keyid}) == "voucher-forged"


@given(st.integers(min_value=0, max_value=7), st.sampled_from(vouchers.ALPHABET))
def test_one_wrong_character_in_a_code_is_noticed(place: int, other: str) -> None:
    bare = TRUE.code.replace("-", "")
    typed = bare[:place] + other + bare[place + 1 :]
    if typed == bare:
        assert vouchers.read_code(typed.lower()) == TRUE.code
    else:
        with pytest.raises(Malformed) as refusal:
            vouchers.read_code(typed)
        assert refusal.value.code == "mistyped-code"


@pytest.mark.parametrize("field", ["schema", "number", "station", "day", "code", "issued_at", "signature"])
@pytest.mark.parametrize("value", [None, 7, "", "non\x00sense"])
def test_a_faulty_field_is_named(field: str, value: object) -> None:
    with pytest.raises(Malformed) as refusal:
        vouchers.read({**TRUE.to_json(), field: value})
    assert refusal.value.code == "mistyped-code" or refusal.value.problems[0].path == f"$.{field}"


@pytest.mark.parametrize("pem", ["", "no key", PEM[:60]])
def test_a_key_that_is_none(pem: str) -> None:
    with pytest.raises(Malformed, match="malformed-key"):
        vouchers.verify(TRUE, pem, station=NEAR, at=DURING)


def test_no_framework_is_needed() -> None:
    code = "import sys, imloop.exchange.vouchers; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_needs_a_file_and_the_public_key_only(offline: Commands, tmp_path: Path) -> None:
    file, key = tmp_path / "voucher.json", tmp_path / "key.pem"
    file.write_text(json.dumps(TRUE.to_json()), encoding="utf-8")
    key.write_text(PEM, encoding="ascii")
    moment = ("--at", "2026-03-05T10:00:00+08:00")
    good = offline("voucher", "check", str(file), "--key", str(key), *moment)
    assert good.returncode == 0 and "有效" in good.stdout
    key.write_text(json.dumps({"keyid": TRUE.keyid, "alg": "ed25519", "pem": PEM}), encoding="ascii")
    file.write_text(json.dumps({"vouchers": [TRUE.to_json()]}), encoding="utf-8")
    elsewhere = offline("voucher", "check", str(file), "--key", str(key), "--station", FAR, "--json", *moment)
    assert elsewhere.returncode == 1
    assert json.loads(elsewhere.stdout) == {
        "number": TRUE.number,
        "valid": False,
        "code": "voucher-other-station",
    }
    file.write_text("[]", encoding="utf-8")
    assert offline("voucher", "check", str(file), "--key", str(key)).returncode == 2

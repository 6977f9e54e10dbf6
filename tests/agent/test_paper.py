"""Vouchers: fetched while the network is there, checked and used once without it,
redeemed before the test they let pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from imloop.agent.inlets.inlet import take
from imloop.agent.paper import Paper
from imloop.agent.permit import no_network
from imloop.agent.spool import Spool
from imloop.exchange.http.station_signing import thumbprint
from imloop.exchange.vouchers import Voucher, issue
from imloop.facts.refusal import Conflict, Unknown, Unlawful
from support.city import FAR, NEAR, at

from .conftest import Bench, upload

KEY = Ed25519PrivateKey.generate()
CASE = {
    "plate": "桂B12345",
    "vin": "LFV2A21K6J3123456",
    "shop": "M450203001",
    "settlement_no": "J1",
    "certificate_no": "H1",
}
JSON = {"Content-Type": "application/json"}
TODAY, TOMORROW, YESTERDAY = date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 4)


def voucher(number: str, day: date = TODAY, station: str = NEAR, key: Ed25519PrivateKey = KEY) -> Voucher:
    return issue(number, station, day, key=key, issued_at=at("2026-03-04 08:00"))


@dataclass
class Issued:
    bench: Bench
    paper: Paper

    def offer(self, *vouchers: Voucher) -> None:
        public = KEY.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        key = {"keyid": thumbprint(public), "alg": "ed25519", "pem": pem}
        self.bench.fake.answers |= {
            "GET /api/v1/offline-vouchers": (
                200,
                JSON,
                json.dumps({"key": key, "vouchers": [each.to_json() for each in vouchers]}).encode(),
            ),
            "GET /public/signing-key": (200, JSON, json.dumps(key).encode()),
            "GET /api/v1/offline-vouchers/form.pdf": (
                200,
                {"Content-Type": "application/pdf"},
                b"%PDF-1.7 form",
            ),
        }

    def fetch(self, *vouchers: Voucher) -> bool:
        self.offer(*vouchers)
        return self.paper.refresh(self.bench.platform, self.bench.clock())


@pytest.fixture
def issued(bench: Bench) -> Iterator[Issued]:
    yield Issued(bench, Paper(bench.spool, NEAR))


def numbers(issued: Issued) -> list[str]:
    return [held.voucher.number for held in issued.paper.held()]


def test_vouchers_key_and_form_are_kept_on_the_disk(issued: Issued) -> None:
    assert issued.fetch(voucher("V2", TOMORROW), voucher("V1"))
    assert numbers(issued) == ["V1", "V2"]
    assert (issued.paper.folder / "form.pdf").read_bytes().startswith(b"%PDF")
    assert [held.voucher.number for held in issued.paper.usable(issued.bench.clock())] == ["V1"]


def test_what_is_held_stays_when_the_platform_is_away_or_has_none(issued: Issued) -> None:
    issued.fetch(voucher("V1"))
    issued.bench.fake.answers.clear()
    for always in ("drop", "html", "500", "gone"):
        issued.bench.fake.always = always
        assert not issued.paper.refresh(issued.bench.platform, issued.bench.clock())
        assert numbers(issued) == ["V1"]


def test_vouchers_of_days_gone_by_are_dropped_with_the_next_fetch(issued: Issued) -> None:
    issued.fetch(voucher("V0", YESTERDAY), voucher("V1"))
    issued.bench.clock.on(days=1)
    issued.fetch(voucher("V2", TOMORROW))
    assert numbers(issued) == ["V2"]


def test_a_voucher_is_used_once_and_redeemed_before_the_later_test(issued: Issued) -> None:
    issued.fetch(voucher("V1"))
    issued.bench.fake.answers.clear()
    issued.bench.fake.always = "drop"
    used = issued.paper.use("V1", CASE, issued.bench.clock())
    take(issued.bench.spool, upload(1), issued.bench.clock())
    assert issued.paper.usable(issued.bench.clock()) == []
    with pytest.raises(Conflict) as again:
        issued.paper.use("V1", CASE, issued.bench.clock())
    assert again.value.code == "voucher-used"
    issued.bench.fake.always = "ok"
    issued.bench.steps(3)
    redemption, test = issued.bench.fake.taken
    body = json.loads(redemption)
    assert body["schema"] == "imloop.redemption/1" and body["voucher"]["number"] == "V1"
    assert body["vehicle"] == {"plate": CASE["plate"], "vin": CASE["vin"]}
    assert body["documents"] == {"settlement_no": "J1", "certificate_no": "H1"}
    assert body["used_at"] == "2026-03-05T09:30:00+08:00"
    assert json.loads(test)["test_no"] == "T0001" and used.id == 1


def test_use_survives_a_restart(issued: Issued, tmp_path: Path) -> None:
    issued.fetch(voucher("V1"))
    issued.paper.use("V1", CASE, issued.bench.clock())
    other = Spool(issued.bench.spool.folder)
    assert Paper(other, NEAR).usable(issued.bench.clock()) == []
    other.close()


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (voucher("V1", TOMORROW), "voucher-other-day"),
        (voucher("V1", station=FAR), "voucher-other-station"),
        (voucher("V1", key=Ed25519PrivateKey.generate()), "voucher-other-key"),
    ],
)
def test_what_is_not_true_for_here_and_today_is_not_used(issued: Issued, made: Voucher, code: str) -> None:
    issued.fetch(made)
    with pytest.raises(Unlawful) as refused:
        issued.paper.use("V1", CASE, issued.bench.clock())
    assert refused.value.code == code
    assert issued.bench.spool.items() == []


def test_a_voucher_that_is_not_here_is_unknown(issued: Issued) -> None:
    with pytest.raises(Unknown):
        issued.paper.use("V9", CASE, issued.bench.clock())


def test_without_network_the_permit_names_the_way_that_is_left(issued: Issued) -> None:
    none = no_network(issued.paper, issued.bench.clock())
    issued.fetch(voucher("V1"))
    some = no_network(issued.paper, issued.bench.clock())
    assert (none["vouchers_left"], some["vouchers_left"]) == (0, 1)
    assert none["reasons"] != some["reasons"] and none["allowed"] is some["allowed"] is False

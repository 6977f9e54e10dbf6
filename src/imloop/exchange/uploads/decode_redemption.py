"""``imloop.redemption/1`` → facts; a voucher sent whole must have the platform's signature."""

from __future__ import annotations

from imloop.exchange import vouchers
from imloop.exchange.reading import Reader, parse_json
from imloop.exchange.signing import public_key
from imloop.facts.records.redemption import Redemption

SCHEMA = "imloop.redemption/1"


def decode_redemption(body: bytes) -> Redemption:
    """Raises ``Malformed`` with every faulty path, or what ``vouchers.verify`` says against a voucher sent whole."""
    reader = Reader(parse_json(body))
    if reader.data.get("schema", SCHEMA) != SCHEMA:
        reader.fault("schema", "wrong-value", f"应为 {SCHEMA}", f"must be {SCHEMA}")
    voucher, vehicle, papers = (
        reader.child(key, required=True) for key in ("voucher", "vehicle", "documents")
    )
    number = voucher.own_number("number", required=False, longest=32)
    code = voucher.text("code", required=True, longest=20)
    vin, plate = vehicle.identifier("vin", longest=17), vehicle.identifier("plate", longest=12)
    if not (vin or plate):
        vehicle.fault("plate", "missing", "VIN、号牌至少填一项", "one of vin, plate is required")
    shop = reader.text("shop", required=True, longest=40)
    settlement_no, certificate_no = (
        papers.text(name, longest=60) for name in ("settlement_no", "certificate_no")
    )
    used_at = reader.moment("used_at")
    clock = reader.moment("clock", required=False)
    reader.finish()
    assert used_at  # finish() has raised otherwise
    signed = None
    if "signature" in voucher.data:
        whole = vouchers.read(voucher.data)
        vouchers.verify(whole, public_key()["pem"], station=whole.station, at=used_at)
        signed = whole.to_json()
    return Redemption(
        number=number,
        code=vouchers.read_code(code),
        signed=signed,
        vin=vin,
        plate=plate,
        shop=shop,
        settlement_no=settlement_no,
        certificate_no=certificate_no,
        used_at=used_at,
        clock=clock,
        notes=reader.left_out(),
    )

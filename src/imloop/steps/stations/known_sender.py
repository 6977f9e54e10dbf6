"""Who sends, and what these bytes were answered before: one statement for every upload."""

from __future__ import annotations

import msgspec

from imloop.steps.ground.access import Caller
from imloop.steps.ground.receipts import Receipt
from imloop.steps.stations.station_facts import StationFacts, facts_by
from imloop.store.models import RawUpload
from imloop.store.statements import fetch_one

_FIRST = """
SELECT p.id, s.token, (SELECT k.{answer} FROM store_rawupload r JOIN {kept} k ON k.raw_id = r.id
 WHERE r.sha256 = %s AND r.kind = %s AND r.refused = '' AND r.party_id = p.id)
FROM store_party p LEFT JOIN store_stationtoken s ON s.party_id = p.id WHERE p.code = %s
"""
_KEPT = {
    "test": _FIRST.format(kept="store_test", answer="receipt"),
    "repair": _FIRST.format(kept="store_repair", answer="receipt"),
    "papers": _FIRST.format(kept="store_repair", answer="receipt"),
    "check": _FIRST.format(kept="store_equipmentcheck", answer="answer"),
    "redemption": _FIRST.format(kept="store_paperunlock", answer="receipt"),
}


def known_sender(raw: RawUpload, caller: Caller) -> tuple[StationFacts, Receipt | None]:
    """What is known of the sender, and the first receipt, if exactly these bytes were accepted before."""
    found = fetch_one(_KEPT[raw.kind], [raw.sha256, raw.kind, caller.party_code])
    assert found is not None, "a caller is a party's"
    party_id, token, answer = found
    known = None if answer is None else Receipt(False, msgspec.json.decode(answer))
    return facts_by(party_id, token or ""), known

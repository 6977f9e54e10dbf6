"""The papers of a repairer without access, as a station enters them: ``imloop.repair/1`` with who repaired in place of
``shop``."""

from __future__ import annotations

import msgspec

from imloop.exchange.reading import Reader, parse_json
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.facts.identifiers import parse_uscc
from imloop.facts.records.repair import StationPapers


def decode_papers(body: bytes) -> StationPapers:
    """Or ``Malformed`` with every faulty path. ``repairer``: name and unified social credit code, as on the invoice."""
    message = dict(parse_json(body))
    repairer = Reader(message).child("repairer", required=True)
    name, written = repairer.text("name", required=True), repairer.text("uscc", required=True, longest=18)
    repairer.finish()
    uscc = parse_uscc(written)
    rest = {key: value for key, value in message.items() if key != "repairer"}
    record = decode_repair(msgspec.json.encode({**rest, "shop": uscc}))
    return StationPapers(record, name.strip(), uscc)

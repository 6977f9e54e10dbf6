"""Every message is taken in here: bytes in any dialect are read, checked as far as the station can, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from imloop.agent.photo import Photo
from imloop.agent.spool import Item, Kind, Spool, State
from imloop.exchange.dialects import MessageKind, Reading, read
from imloop.exchange.dialects.maps import OURS
from imloop.exchange.text_bytes import decode
from imloop.exchange.uploads.decode_check import decode_check
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.facts.pictures import is_picture
from imloop.facts.records.repair import RepairRecord
from imloop.facts.refusal import Malformed

NONE: Mapping[str, tuple[bytes, str]] = MappingProxyType({})

_DECODERS: dict[MessageKind, Callable[[bytes], object]] = {
    MessageKind.TEST: decode_test,
    MessageKind.REPAIR: decode_repair,
    MessageKind.CHECK: decode_check,
}


def take(
    spool: Spool,
    body: bytes,
    now: datetime,
    kind: MessageKind | None = None,
    dialect: str = "",
    file: str = "",
    photos: Mapping[str, tuple[bytes, str]] = NONE,
) -> tuple[Item, bool]:
    """Keep a message for sending; (item, whether it is new).

    ``kind``: what it must be, where the way in says so; ``photos``: name → bytes and where the file will lie, of those
    that a repair names. Raises ``Malformed`` for what the platform could not read
    either, ``NotAllowed`` ``spool-full``; nothing is kept then.
    """
    reading = read(body, kind, dialect)
    converted = _converted(body, reading)
    record = _DECODERS[reading.kind](
        converted if reading.dialect.name == OURS else body
    )  # faults in the sender's words
    pictures = _photos(record, photos)
    item, fresh = spool.put(
        Kind(reading.kind),
        body,
        now,
        converted=converted,
        dialect=reading.dialect.name,
        file=file,
        photos=pictures,
    )
    if not fresh:
        for photo in pictures:  # it came without them before
            spool.put_photo(photo, now)
    if item.state == State.REFUSED and spool.retry(item.id):
        item = spool.get(item.id) or item  # sent once more by hand: it is asked once more
    return item, fresh


def _photos(record: object, files: Mapping[str, tuple[bytes, str]]) -> list[Photo]:
    """In the order in which the record names them."""
    if not isinstance(record, RepairRecord):
        return []
    return [
        Photo(repair_no=record.repair_no, name=name, body=files[name][0], file=files[name][1])
        for name in dict.fromkeys(record.documents.photos)
        if name in files
    ]


def pictures_of(body: bytes) -> tuple[str, list[str]]:
    """The number of a repair and the files that it names as its photographs; none for any other message, or one that
    cannot be read."""
    try:
        reading = read(body)
        record = decode_repair(body) if reading.kind is MessageKind.REPAIR else None
    except Malformed:
        record = None
    if record is None:
        return "", []
    return record.repair_no, [name for name in dict.fromkeys(record.documents.photos) if is_picture(name)]


def _converted(body: bytes, reading: Reading) -> bytes:
    """What is sent: our own JSON as it came; another dialect under our names, with its origin named beside."""
    if reading.dialect.name == OURS:
        text = decode(body).encode()
        return body if body.rstrip() == text.rstrip() else text
    source = {"dialect": reading.dialect.name, "sha256": hashlib.sha256(body).hexdigest()}
    return msgspec.json.encode({**reading.message, "source": source})

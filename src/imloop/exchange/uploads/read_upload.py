"""A test upload, read as far as no database is needed: hash, decode, judge, pack."""

from __future__ import annotations

import copyreg
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.steps.inspections.judge_upload import JudgedUpload, judge_first
from imloop.store.hashed_bytes import Sealed, seal


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """What is known of an upload by itself. May be pickled."""

    sealed: Sealed
    judged: JudgedUpload


def judge_message(body: bytes, place: str, dialect: str) -> JudgedUpload:
    """``place``: whose law; ``dialect``: the one named by the sender, or "". Raises what ``decode_test`` raises."""
    return judge_first(decode_test(body, dialect=dialect), place)


def read_upload(body: bytes, place: str, dialect: str) -> ReadUpload:
    """All of it; otherwise as ``judge_message``."""
    return ReadUpload(seal(body), judge_message(body, place, dialect))


def _read_only(pairs: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(pairs)


copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))

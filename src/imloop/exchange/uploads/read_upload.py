"""A test upload, read as far as no database is needed: hash, decode, judge, pack."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.records import inspection as facts
from imloop.steps.inspections.judge_upload import JudgedUpload, judge_first
from imloop.store.hashed_bytes import Sealed, seal
from imloop.verdict import answer


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


def _by_fields(kind: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[object, ...]]]:
    """Pickle as a call with the field values: a third of the cost of a frozen dataclass's own pickling."""
    names = [field.name for field in fields(kind) if field.init]
    return lambda each: (kind, tuple([getattr(each, name) for name in names]))


_KINDS = {
    kind
    for kind in (*vars(facts).values(), *vars(answer).values(), ReadUpload, Sealed, JudgedUpload)
    if isinstance(kind, type) and is_dataclass(kind)
}
for _kind in _KINDS:
    copyreg.pickle(_kind, _by_fields(_kind))
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))

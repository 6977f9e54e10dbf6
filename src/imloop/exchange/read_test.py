"""A test upload, read as far as no database is needed: hash, decode, judge, pack."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any

from imloop.exchange.decode_test import decode_test
from imloop.facts import test_record as facts
from imloop.steps.judged import Judged, judge_first
from imloop.store.sealed import Sealed, seal
from imloop.verdict import answer


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of an upload by itself. May be pickled."""

    sealed: Sealed
    judged: Judged


def judged(body: bytes, place: str, dialect: str) -> Judged:
    """``place``: whose law; ``dialect``: the one named by the sender, or "". Raises what ``decode_test`` raises."""
    return judge_first(decode_test(body, dialect=dialect), place)


def read(body: bytes, place: str, dialect: str) -> Read:
    """All of it; otherwise as ``judged``."""
    return Read(seal(body), judged(body, place, dialect))


def _read_only(pairs: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(pairs)


def _by_fields(kind: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[object, ...]]]:
    """Pickle as a call with the field values: a third of the cost of a frozen dataclass's own pickling."""
    names = [field.name for field in fields(kind) if field.init]
    return lambda each: (kind, tuple([getattr(each, name) for name in names]))


_KINDS = {
    kind
    for kind in (*vars(facts).values(), *vars(answer).values(), Read, Sealed, Judged)
    if isinstance(kind, type) and is_dataclass(kind)
}
for _kind in _KINDS:
    copyreg.pickle(_kind, _by_fields(_kind))
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))

"""YAML files → texts, dated values, thresholds, calendars. Anything doubtful refuses to load and says where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise
from math import isfinite
from pathlib import Path

import yaml

from imloop.facts.places import is_place
from imloop.facts.text import Text
from imloop.law.acts import is_penalty
from imloop.law.values import (
    CONFIDENCE,
    DRAFT,
    DRAFT_SAYS,
    OPEN_SAYS,
    STATUS,
    SURENESS,
    TITLE_ONLY,
    UNSEEN,
    Content,
    LawError,
    LegalText,
    Threshold,
    Value,
)
from imloop.law.watch import KEYS
from imloop.law.working_days import NATION, Calendar

_ONE_DAY = timedelta(days=1)
_TEXT = {"id", "short", "title", "title_en", "place", "source", "confirmed"}
_TEXT |= {"in_force", "ends", "status", "confidence"}
_ENTRY = {"clause", "says", "unit", "source", "dated"}
_ROW = {"from", "until", "value", "confidence", "source", "adds", "note"}
_UNSEEN_ROW = {"from", "until", "unseen", "note"}
_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Base):  # type: ignore[misc, valid-type]  # the quick reader, where it was built
    """Safe YAML that refuses a key given twice, which plain YAML silently overwrites."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise LawError(f"line {key_node.start_mark.line + 1}", f"{key} is given twice")
            seen.add(key)
        return dict(super().construct_mapping(node, deep))


# YAML 1.1 reads on, off, yes and no as booleans; here only true and false are, so that "on" can be a key.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, found in _Base.yaml_implicit_resolvers.items()
}


@dataclass(slots=True)
class Shelf:
    """Everything read from one or more files."""

    texts: list[LegalText] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    thresholds: list[Threshold] = field(default_factory=list)
    calendars: list[Calendar] = field(default_factory=list)


def read_file(path: Path, name: str) -> Shelf:
    """One file. ``name`` is how errors call it."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
    except LawError as error:
        raise LawError(f"{name} {error.where}", error.why) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LawError(name, " ".join(str(error).split())) from error
    if not isinstance(data, dict) or not isinstance(data.get("text"), dict):
        raise LawError(name, "a law file begins with text:")
    unknown = set(data) - {"text", "values", "calendar", "sources", "thresholds"}
    if unknown:
        raise LawError(name, f"unknown section {sorted(map(str, unknown))[0]}")
    text = _text(data["text"], name)
    shelf = Shelf(texts=[text])
    for key, entry in _mapping(data.get("values") or {}, f"{name} values").items():
        shelf.values.extend(_values(key, _mapping(entry, f"{name} {key}"), text, name))
    shelf.thresholds.extend(_all_thresholds(data, text, name))
    if "calendar" in data:
        shelf.calendars.append(_calendar(_mapping(data["calendar"], f"{name} calendar"), text, name))
    return shelf


def _text(data: Mapping[str, object], name: str) -> LegalText:
    where = f"{name} text"
    _only(data, _TEXT, where)
    confirmed = _mapping(data.get("confirmed"), f"{where}.confirmed")
    _only(confirmed, {"on", "how"}, f"{where}.confirmed")
    place = data.get("place")
    if not (isinstance(place, str) and is_place(place)):
        raise LawError(f"{where}.place", 'must be a six-digit code in quotes, such as "450200"')
    in_force, ends = _day(data, "in_force", where), _day(data, "ends", where) if "ends" in data else None
    if ends is not None and ends < in_force:
        raise LawError(f"{where}.ends", f"{ends} is before in_force {in_force}")
    if data.get("status", "in_force") not in STATUS:
        raise LawError(f"{where}.status", f"must be one of {', '.join(STATUS)}")
    if data.get("confidence", TITLE_ONLY) != TITLE_ONLY:
        raise LawError(f"{where}.confidence", f"of a text may only be {TITLE_ONLY}; each value has its own")
    return LegalText(
        id=_word(data, "id", where),
        short=_word(data, "short", where),
        title=_word(data, "title", where),
        title_en=_word(data, "title_en", where),
        place=place,
        in_force=in_force,
        ends=ends,
        status=str(data.get("status", "in_force")),
        title_only="confidence" in data,
        source=_word(data, "source", where),
        confirmed_on=_day(confirmed, "on", f"{where}.confirmed"),
        confirmed_how=_word(confirmed, "how", f"{where}.confirmed"),
        file=name,
    )


def _values(key: str, entry: Mapping[str, object], text: LegalText, name: str) -> Iterator[Value]:
    where = f"{name} {key}"
    _only(entry, _ENTRY, where)
    clause, says = _clause(entry, where), _word(entry, "says", where)
    named = f"{text.short}{DRAFT_SAYS}" if text.status == DRAFT else text.short
    for row, since, until in _dated(entry, text, where):
        unseen = "unseen" in row
        if unseen:
            _refuse_half_seen(row, where)
        else:
            _refuse_unsure(key, row, entry, text, where)
        yield Value(
            key=key,
            value="" if unseen else content(row, where),
            unit=str(entry.get("unit", "")),
            text_id=text.id,
            clause="" if unseen else clause,
            cite=f"{named}（{_days_of(since, until)}文本未见）"
            if unseen
            else f"{named} {clause or OPEN_SAYS}",
            says=says,
            place=text.place,
            since=since,
            until=until,
            confidence=UNSEEN if unseen else str(row["confidence"]),
            note=str(row.get("note", "")),
            source=str(row.get("source", entry.get("source", ""))),
            adds="adds" in row,
        )


def _clause(entry: Mapping[str, object], where: str) -> str:
    """Empty where the text says nothing, and the platform chose: every row then says so."""
    rows = entry.get("dated")
    if "clause" in entry or not isinstance(rows, list):
        return _word(entry, "clause", where)
    chosen = [row for row in rows if isinstance(row, dict) and row.get("confidence") == "chosen"]
    if rows and chosen == rows:
        return ""
    return _word(entry, "clause", where)


def _refuse_half_seen(row: Mapping[str, object], where: str) -> None:
    _only(row, _UNSEEN_ROW, where)
    if row["unseen"] is not True:
        raise LawError(where, "unseen can only be true")
    _word(row, "note", where)


def _refuse_unsure(
    key: str, row: Mapping[str, object], entry: Mapping[str, object], text: LegalText, where: str
) -> None:
    _only(row, _ROW, where)
    if text.title_only:
        raise LawError(where, f"{text.short} is known by its title alone: it can only say unseen: true")
    if row.get("confidence") not in CONFIDENCE:
        raise LawError(where, f"confidence must be one of {', '.join(CONFIDENCE)}")
    if row["confidence"] == "seen":
        _word(row if "source" in row else entry, "source", where)
    if "adds" in row and (row["adds"] is not True or not is_penalty(key) or text.place == NATION):
        raise LawError(where, "adds can only be true, for a penalty of a place")


def _days_of(since: date, until: date | None) -> str:
    return f"{since} 起" if until is None else f"{since} 至 {until - _ONE_DAY} "


_Dated = tuple[Mapping[str, object], date, date | None]


def _dated(entry: Mapping[str, object], text: LegalText, where: str) -> Iterator[_Dated]:
    """The rows of an entry, within the time of its text: each with its first day and the one it no longer counts on."""
    dated = entry.get("dated")
    if not isinstance(dated, list) or not dated:
        raise LawError(where, "must have dated: a list of {from, value, confidence}")
    rows = [_mapping(row, where) for row in dated]
    starts = [_day(row, "from", where) for row in rows]
    if any(later <= earlier for earlier, later in pairwise(starts)):
        raise LawError(where, "dates must rise, each given once")
    for index, row in enumerate(rows):
        until = _day(row, "until", where) if "until" in row else None
        following = starts[index + 1] if index + 1 < len(starts) else None
        if until is not None and until <= starts[index]:
            raise LawError(where, f"until {until} is not after from {starts[index]}")
        if until is not None and following is not None and until > following:
            raise LawError(where, f"until {until} overlaps the value from {following}")
        until = until or following
        if text.ends is not None and (until is None or until > text.ends + _ONE_DAY):
            raise LawError(
                where,
                f"cites {text.short} after its end {text.ends}: until is {text.ends + _ONE_DAY} at the latest",
            )
        yield row, starts[index], until


def _all_thresholds(data: Mapping[str, object], text: LegalText, name: str) -> Iterator[Threshold]:
    """The thresholds of a file; its sources are named once, and each is used."""
    given = _mapping(data.get("sources") or {}, f"{name} sources")
    sources = {key: _words(given, key, f"{name} sources") for key in map(str, given)}
    unused = set(sources)
    for key, entry in _mapping(data.get("thresholds") or {}, f"{name} thresholds").items():
        for found in _thresholds(str(key), entry, sources, text, f"{name} {key}"):
            unused.discard(found.source)
            yield found
    if unused:
        raise LawError(f"{name} sources", f"{min(unused)} is used by no threshold")


def _thresholds(
    key: str, given: object, sources: Mapping[str, Text], text: LegalText, where: str
) -> Iterator[Threshold]:
    if key not in KEYS:
        near = get_close_matches(key, KEYS, n=4)
        raise LawError(where, f"no doubt uses it{'; near it: ' + ', '.join(near) if near else ''}")
    entry = _mapping(given, where)
    _only(entry, {"says", "unit", "dated"}, where)
    unit, says = _word(entry, "unit", where), _words(entry, "says", where)
    for row, since, until in _dated(entry, text, where):
        _only(row, {"from", "until", "value", "source", "confidence", "note"}, where)
        source = _word(row, "source", where)
        if source not in sources:
            raise LawError(f"{where}.source", f"{source} is not among the sources of this file")
        if row.get("confidence") not in SURENESS:
            raise LawError(where, f"confidence must be one of {', '.join(SURENESS)}")
        if row["confidence"] != "high" and "note" not in row:
            raise LawError(where, f"confidence {row['confidence']} needs a note that says why")
        yield Threshold(
            key=key,
            value=_number(row, KEYS[key], where),
            unit=unit,
            says=says,
            source=source,
            source_says=sources[source],
            confidence=str(row["confidence"]),
            note=_words(row, "note", where) if "note" in row else None,
            text_id=text.id,
            place=text.place,
            since=since,
            until=until,
        )


def _number(row: Mapping[str, object], kind: type, where: str) -> float:
    value = row.get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise LawError(where, "value must be a number")
    if kind is int and (not isinstance(value, int) or value < 1):
        raise LawError(where, f"value {value} must be a whole number from 1 on")
    return value if kind is int else float(value)


def _words(data: Mapping[str, object], key: str, where: str) -> Text:
    """Words in both languages."""
    pair = _mapping(data.get(key), f"{where}.{key}")
    _only(pair, {"zh", "en"}, f"{where}.{key}")
    return Text(_word(pair, "zh", f"{where}.{key}"), _word(pair, "en", f"{where}.{key}"))


def _only(data: Mapping[str, object], known: set[str], where: str) -> None:
    unknown = set(data) - known
    if unknown:
        raise LawError(where, f"{min(map(str, unknown))} is not one of {', '.join(sorted(known))}")


def content(row: Mapping[str, object], where: str) -> Content:
    """A row's value: number, true/false, text, date or list of texts."""
    value = row.get("value")
    if isinstance(value, (bool, int, float, str, date)):
        return value
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise LawError(where, "value must be a number, true/false, text, a date or a list of texts")


def _calendar(data: Mapping[str, object], text: LegalText, name: str) -> Calendar:
    where = f"{name} calendar"
    _only(data, {"year", "off", "work"}, where)
    year = data.get("year")
    if not isinstance(year, int):
        raise LawError(where, "must have a year")
    off, work = (_days(data.get(key) or [], year, f"{where}.{key}") for key in ("off", "work"))
    both = off & work
    if both:
        raise LawError(where, f"{min(both)} is listed both as off and as work")
    return Calendar(text.place, year, off, work, text.id)


def _days(days: object, year: int, where: str) -> frozenset[date]:
    if not isinstance(days, list) or not all(isinstance(day, date) for day in days):
        raise LawError(where, "must be a list of dates")
    if len(set(days)) != len(days):
        raise LawError(where, "a day is listed twice")
    for day in days:
        if day.year != year:
            raise LawError(where, f"{day} is not in {year}")
    return frozenset(days)


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise LawError(where, "must be a mapping")
    return value


def _word(data: Mapping[str, object], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise LawError(f"{where}.{key}" if key != "clause" else where, f"{key} is missing")
    return value.strip()


def _day(data: Mapping[str, object], key: str, where: str) -> date:
    value = data.get(key)
    if not isinstance(value, date):
        raise LawError(where, f"{key} must be a date such as 2026-03-01")
    return value

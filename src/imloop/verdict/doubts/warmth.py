"""How warm engine and hall were: cold oil, loaded tests in the cold or heat, figures of the air beside a verdict."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Column, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.law.watch import Watch
from imloop.verdict.air import USED_BY, impossible_air
from imloop.verdict.arithmetic import nano
from imloop.verdict.doubts.judged_rows import judged_rows
from imloop.verdict.formulas.gas import ambient_columns
from imloop.verdict.units import likely
from imloop.verdict.validity import Indices

_OIL = (
    ("oil_c", Text("机油温度", "oil")),
    ("obd_coolant_c", Text("冷却液温度", "coolant")),
)
"""What tells that an engine is warm: the second where a line does not read the first."""


def warmth(record: TestRecord, law: Law) -> list[Reason]:
    """Findings on the engine and the hall."""
    rows = judged_rows(record)
    if not len(rows) or record.method is Method.RINGELMANN:
        return []
    return [*_cold_engine(record, rows, law), *_hall(record, rows, law)]


def _cold_engine(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """A cold engine runs rich and its catalyst does not work yet, or a lazy line reads no oil at all."""
    least = law.number("validity.oil_min_c")
    for name, words in _OIL:
        column = record.trace.get(name)
        known = None if column is None else column[rows][np.isfinite(column[rows])]
        if known is None or not len(known) or not known.any():
            continue
        shown = float(np.median(known))
        if nano(shown) >= nano(least):
            return []
        said = Text(
            f"{words.zh} {shown:.0f} °C，应不低于 {least:g} °C 或制造厂规定值。",
            f"{words.en.capitalize()} at {shown:.0f} °C; {least:g} °C or the maker's value is wanted.",
        )
        return [Reason("engine-cold", said, law.cite("validity.oil_min_c"))]
    return []


def _hall(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """Under load a range of its own. A figure that is none, as it stands, where no verdict rests on it."""
    if record.method not in USED_BY:
        return [_told_only(reason) for reason in impossible_air(record, rows, law)]
    if impossible_air(record, rows, law):
        return []
    warm = ambient_columns(record.trace, record.ambient)[0][rows]
    low, high = law.number("air.loaded_c.min"), law.number("air.loaded_c.max")
    off = (warm < low) | (warm > high)
    if not off.any():
        return []
    shown, at = float(warm[off.argmax()]), int(rows[off.argmax()])
    words = Text(
        f"环境温度 {shown:g} °C，工况法检验应在 {low:g} 至 {high:g} °C 之间进行。",
        f"{shown:g} °C in the hall; tests under load want {low:g} to {high:g} °C.",
    )
    key = "air.loaded_c.min" if shown < low else "air.loaded_c.max"
    return [Reason("ambient-out-of-range", words, law.cite(key), rows=(at, at))]


def _told_only(reason: Reason) -> Reason:
    return Reason("ambient-implausible", reason.text, reason.cite, rows=reason.rows)


def implausible_air(record: TestRecord, watch: Watch) -> Reason | None:
    """A figure of the air, in any second, beyond what is plausible in a hall; with what it looks like."""
    air, spans = record.ambient, watch.ambient_implausible
    whole = dict(zip(spans, (air.temperature_c, air.humidity_pct, air.pressure_kpa), strict=True))
    odd: list[str] = []
    guessed: list[Text] = []
    for name, span in spans.items():
        value = _beyond(record.trace.get(name), whole[name], span.low, span.high)
        if value is not None:
            odd.append(name)
            guess = likely(name.rpartition("_")[2], value, span.low, span.high)
            guessed += [] if guess is None else [guess]
    if not odd:
        return None
    looks = Text("、".join(each.zh for each in guessed), ", ".join(each.en for each in guessed))
    return Reason(
        "ambient-implausible",
        Text(
            f"{'、'.join(odd)} 超出合理范围{'，看起来是' + looks.zh if guessed else ''}。",
            f"{', '.join(odd)} out of any plausible range{': looks like ' + looks.en if guessed else ''}.",
        ),
    )


def _beyond(column: Column | None, whole: float | None, low: float, high: float) -> float | None:
    """The first value outside the span, of the rows or of the whole test."""
    values = [] if column is None else column[(column < low) | (column > high)].tolist()
    values += [whole] if whole is not None and not low <= whole <= high else []
    return values[0] if values else None

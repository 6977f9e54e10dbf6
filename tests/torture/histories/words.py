"""A history without an order, in lines that people can read."""

from __future__ import annotations

from collections.abc import Sequence

from torture.histories import model, search
from torture.histories.search import Call

_QUIET = ("receipt", "torn", "key", "token", "upload")


def told_as_story(name: str, calls: Sequence[Call]) -> str:
    """The shortest part that has no order: what fits, in its order; then what does not, with what the plan answers."""
    short = search.shortest(calls, model.Vehicle(), model.step, model.changes)
    found = search.find_order(short, model.Vehicle(), model.step)
    first = min(call.called for call in short)
    lines = [f"{name}: {len(short)} of {len(calls)} calls are enough. In order, as far as it goes:"]
    lines += [f"  {_line(call, first)}" for call in found.order]
    lines.append("No place is left for:")
    for call in found.left:
        expected, _ = model.says(found.state, call)
        other = {key: value for key, value in expected.items() if call.answer.get(key) != value}
        lines.append(f"  {_line(call, first)}")
        lines.append(f"      here the plan answers: {_fields(other) or 'the same, but it may not come next'}")
    return "\n".join(lines)


def _line(call: Call, first: float) -> str:
    ended = "…" if call.may_wait else f"{call.returned - first:.3f}"
    return (
        f"{call.called - first:8.3f}-{ended:8} s {call.who:9} {call.kind:11} {_fields(call.given)} "
        f"-> {_fields(call.answer)}"
    )


def _fields(values: object) -> str:
    assert isinstance(values, dict)
    shown = {key: value for key, value in values.items() if key not in _QUIET}
    return ", ".join(f"{key}={_value(value)}" for key, value in shown.items())


def _value(value: object) -> str:
    return "{" + " ".join(sorted(map(str, value))) + "}" if isinstance(value, frozenset) else str(value)

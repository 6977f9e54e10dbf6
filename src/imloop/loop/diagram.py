"""The loop as a page: state diagram, transition rows, the gate, and the law both ask. Generated, never by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imloop.facts.text import Text
from imloop.law import Book, Value, load
from imloop.loop.case import STATE_NAMES, State
from imloop.loop.effects import LABELS, RECEIVERS, EffectKind
from imloop.loop.events import EVENT_NAMES
from imloop.loop.permit import CLAUSES
from imloop.loop.table import TABLE, Row

LAW_KEYS = (
    "phase",
    "retest.same_station",
    "retest.record_required",
    "retest.listed_repairer_required",
    "retest.documents_wording",
    "retest.documents.body",
    "retest.documents.flow_chart",
    "repair.least_hours",
    "repair.clock_minutes",
    "repair.upload_hours",
    "repair.elsewhere",
    "repair.scope_enforced",
    "repair.numbers.everywhere",
    "repair.numbers.per_shop",
    "repair.numbers.least_digits",
    "deadline.days",
    "overdue.report_to",
    "warranty.days",
    "warranty.km",
    "objection.days",
    "objection.answer_days",
    "objection.grounds",
    "outage.paper_accepted",
    "outage.papers",
    "outage.unlock_hours",
    "scrap.unrepairable",
    "station.networked_required",
    "station.conditions",
    "exempt.fuels",
)
"""What the loop asks the law, in the order of its steps."""

_PHASES = """\
**Which day's law decides?** The plan speaks of vehicles that fail, are repaired and are retested in a phase; each
step is judged by the law in force on the day of that step itself, in China (UTC+8).

- Whether a record is needed, and the same-station rule: the day of the retest.
- Who may repair, and with which documents: the day the repair was finished.
- The number of working days: the day of the failed test. The day itself is not counted.

So a repair finished in the transition phase at a repairer outside the list, with invoice and settlement list, still
opens a retest after the full phase has begun: the owner acted lawfully when the car was repaired, and a later rule
does not undo that. A record that comes only when the full phase has begun waits for a department: that day rests on
its sender's word alone. A repair finished on the first day of the full phase follows the full rules, wherever the
test failed.

**Overdue** is a mark, not a state: it is reported once per round, and an overdue case is still repaired, retested
and closed. **Scrapping and annulment** are decisions with a name and evidence behind them; nothing leads to them
automatically."""


def diagram() -> str:
    """Mermaid ``stateDiagram-v2``: one arrow per pair of states, naming the events that go along it."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state}: {_label(STATE_NAMES[state])}" for state in State]
    for (before, after), events in _arrows().items():
        names = "<br>".join(_label(EVENT_NAMES[event]) for event in events)
        lines.append(f"    {before or '[*]'} --> {after}: {names}")
    lines += [f"    {state} --> [*]" for state in State if not state.is_open]
    return "\n".join(lines)


def _arrows() -> dict[tuple[State | None, State], list[type]]:
    arrows: dict[tuple[State | None, State], list[type]] = {}
    for row in TABLE:
        events = arrows.setdefault((row.state, row.next), [])
        if row.event not in events:
            events.append(row.event)
    return arrows


def table() -> str:
    """Markdown: rows, effects, gate, whose law, and the dated values behind them."""
    return "\n\n".join(
        (
            "## Rows",
            _rows(("state", "event", "only if", "next state", "effects"), map(_row, TABLE)),
            "## Effects",
            _rows(("effect", "meaning", "who hears of it"), map(_effect, EffectKind)),
            "## The retest gate",
            "Every condition that does not hold is named in the answer, with its clause and what the owner can do.",
            _rows(
                ("code", "condition", "law value"),
                ((f"`{c.code}`", _label(c.words), f"`{c.key}`") for c in CLAUSES),
            ),
            "## Phases",
            _PHASES,
            "## The law behind it",
            "The most local value in force on the day wins; `000000` is the nation. Document sets in one value are "
            "alternatives; `+` joins what must come together.",
            _rows(("key", "place", "from", "until", "value", "clause", "confidence"), _law_rows(load())),
        )
    )


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "¦") for cell in line) + " |" for line in lines)


def _row(row: Row) -> tuple[str, ...]:
    return (
        _label(STATE_NAMES[row.state]) if row.state else "–",
        _label(EVENT_NAMES[row.event]),
        "; ".join(_label(guard.words) for guard in row.guards) or "–",
        _label(STATE_NAMES[row.next]),
        ", ".join(f"`{kind}`" for kind in row.effects),
    )


def _effect(kind: EffectKind) -> tuple[str, ...]:
    named = [f"`{role}`" for role in RECEIVERS[kind]]
    if kind is EffectKind.OVERDUE:
        named.append("and those in `overdue.report_to`")
    return f"`{kind}`", _label(LABELS[kind]), ", ".join(named)


def _law_rows(book: Book) -> Iterator[tuple[str, ...]]:
    for key in LAW_KEYS:
        for value in book.values.get(key, ()):
            yield (
                f"`{key}`",
                value.place,
                value.since.isoformat(),
                value.until.isoformat() if value.until else "–",
                _content(value),
                value.cite,
                value.confidence,
            )


def _content(value: Value) -> str:
    if value.unseen:
        return "not seen"
    if isinstance(value.value, bool):
        return "yes" if value.value else "no"
    if isinstance(value.value, tuple):
        return ", ".join(f"`{word}`" for word in value.value) or "none"
    return f"{value.value} {value.unit}".strip()


def _label(words: Text) -> str:
    return f"{words.zh} · {words.en}"

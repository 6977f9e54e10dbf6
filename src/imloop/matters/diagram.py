"""The table of matters as Markdown, for ``docs/matters.md``."""

from __future__ import annotations

from imloop.matters.any_time import any_time
from imloop.matters.labels import KINDS, ROLES, STATES, STEPS
from imloop.matters.names import Kind, State
from imloop.matters.table import TABLE, Row, rows_for


def reachable(kind: Kind) -> set[State | None]:
    """The states a matter of a kind can be in; None: not opened yet."""
    reached: set[State | None] = set()
    todo: set[State | None] = {None}
    while todo:
        state = todo.pop()
        reached.add(state)
        todo |= {row.next for row in rows_for(kind, state)} - reached
    return reached


HEAD = "| step | by | says | conditions | {} | then |\n|---|---|---|---|---|---|"


def table() -> str:
    """One table per kind of matter: state, step, who, what it must say, conditions, next state, effects."""
    out = []
    for kind in Kind:
        name, reached = KINDS[kind], reachable(kind)
        head, line = HEAD.format("next").split("\n")
        out += [f"## {name.zh} · {name.en}\n", f"| state {head}", f"|---{line}"]
        for row in TABLE:
            if kind in row.kinds and row.state in reached:
                state = STATES[row.state].en if row.state else "–"
                out.append(f"| {state} | {' | '.join(_cells(row, STATES[row.next].en))} |")
        out.append("")
    return "\n".join(out)


def beside() -> str:
    """What any open matter allows at any time, as one table."""
    rows = any_time(State.OPENED)
    lines = [f"| {' | '.join(_cells(row, _applies(row)))} |" for row in rows]
    return "\n".join([HEAD.format("for"), *lines])


def _applies(row: Row) -> str:
    return "every kind" if len(row.kinds) == len(Kind) else ", ".join(KINDS[kind].en for kind in row.kinds)


def _cells(row: Row, next_to_last: str) -> list[str]:
    says = ", ".join(f"{field.label.en}{'' if field.required else ' (optional)'}" for field in row.fields)
    then = [effect.value.replace("_", " ") for effect in row.effects]
    then += [f"starts {timer.label.en}" for timer in row.starts] + [f"stops {name}" for name in row.stops]
    return [
        f"**{STEPS[row.step].en}** {STEPS[row.step].zh}",
        ", ".join(ROLES[role].en for role in row.roles),
        says or "–",
        "; ".join(guard.words.en for guard in row.guards) or "–",
        next_to_last,
        ", ".join(then) or "–",
    ]

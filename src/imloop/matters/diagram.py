"""The table of matters as Markdown, for ``docs/matters.md``."""

from __future__ import annotations

from imloop.matters.names import KINDS, ROLES, STATES, STEPS, Kind, State
from imloop.matters.table import TABLE, rows_for


def reachable(kind: Kind) -> set[State | None]:
    """The states a matter of a kind can be in; None: not opened yet."""
    reached: set[State | None] = set()
    todo: set[State | None] = {None}
    while todo:
        state = todo.pop()
        reached.add(state)
        todo |= {row.next for row in rows_for(kind, state)} - reached
    return reached


def table() -> str:
    """One table per kind of matter: state, step, who, what it must say, conditions, next state, effects."""
    out = []
    for kind in Kind:
        name, reached = KINDS[kind], reachable(kind)
        out += [
            f"## {name.zh} · {name.en}\n",
            "| state | step | by | says | conditions | next | then |",
            "|---|---|---|---|---|---|---|",
        ]
        for row in TABLE:
            if kind not in row.kinds or row.state not in reached:
                continue
            state = STATES[row.state].en if row.state else "–"
            says = ", ".join(
                f"{field.label.en}{'' if field.required else ' (optional)'}" for field in row.fields
            )
            cells = [
                state,
                f"**{STEPS[row.step].en}** {STEPS[row.step].zh}",
                ", ".join(ROLES[role].en for role in row.roles),
                says or "–",
                "; ".join(guard.words.en for guard in row.guards) or "–",
                STATES[row.next].en,
                ", ".join(effect.value.replace("_", " ") for effect in row.effects) or "–",
            ]
            out.append(f"| {' | '.join(cells)} |")
        out.append("")
    return "\n".join(out)

"""Every matter follows this table: kind × state × step → who, what it must say, conditions, next state, effects.

One folder a family of matters gives its rows; what any matter allows at any time stands in ``any_time``;
``docs/matters.md`` is generated from here.
"""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.matters.any_time import any_time
from imloop.matters.complaints import clocks as complaint_clocks
from imloop.matters.complaints.rows import complaints
from imloop.matters.names import Kind, State
from imloop.matters.penalties.collect import after_decision, simple
from imloop.matters.penalties.ordinary import ordinary
from imloop.matters.row import Row
from imloop.matters.stations.applications import applications, withdrawal
from imloop.matters.stations.suspensions import contest, measures
from imloop.matters.vehicles.scrappage import scrappage

__all__ = ["TABLE", "TIMERS", "Row", "rows_for"]

TABLE: tuple[Row, ...] = (
    *applications(),
    *withdrawal(),
    *contest(),
    *measures(),
    *scrappage(),
    *ordinary(),
    *simple(),
    *after_decision(),
    *complaints(),
)
"""What moves a matter on its way."""
TIMERS: dict[str, Text] = {
    **{timer.name: timer.label for row in TABLE for timer in row.starts},
    **complaint_clocks.EVERY,
}
"""What the clocks are called that rows start."""


def _index() -> dict[tuple[Kind, State | None], tuple[Row, ...]]:
    found: dict[tuple[Kind, State | None], list[Row]] = {}
    for row in TABLE:
        for kind in row.kinds:
            found.setdefault((kind, row.state), []).append(row)
            found.setdefault((kind, row.next), [])
    for (kind, state), rows in found.items():
        if state is not None:
            rows += [row for row in any_time(state) if kind in row.kinds]
    return {key: tuple(rows) for key, rows in found.items()}


_ROWS = _index()


def rows_for(kind: Kind, state: State | None) -> tuple[Row, ...]:
    """What may happen to a matter of a kind in a state (None: not yet opened)."""
    return _ROWS.get((kind, state), ())

"""What the journal records of itself."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "hour-sealed": Text("公布每时根", "hourly root"),
    "day-sealed": Text("公布每日根", "daily root"),
}

"""What the journal records of prices."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "price-set": Text("公布收费标准", "price set"),
}

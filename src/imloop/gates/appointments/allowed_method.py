"""Which methods a place allows, of those the standards know: a city may have chosen one of several."""

from __future__ import annotations

from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.text import Reason, Text
from imloop.law import Law

_KEY = "method.allowed"


def not_allowed(method: Method, law: Law) -> Reason | None:
    """The refusal of a method that the place does not use; None where it does."""
    allowed = law.words(_KEY)
    if method in allowed:
        return None
    others = [METHOD_NAMES[each] for each in Method if each in allowed]
    return Reason(
        "method-not-allowed",
        Text(f"本地不采用{METHOD_NAMES[method].zh}。", f"{METHOD_NAMES[method].en} is not used here."),
        law.cite(_KEY),
        Text(
            f"本地采用：{'、'.join(each.zh for each in others)}。",
            f"Used here: {', '.join(each.en for each in others)}.",
        ),
    )

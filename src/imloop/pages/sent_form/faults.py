"""From a refusal to the fields it speaks of: the one way from a path such as ``$.items[0].hours`` to a control."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.http import QueryDict

from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.pages.sent_form.asked import faults_asked
from imloop.pages.sent_form.html import Field, Form


@dataclass(frozen=True, slots=True)
class Faults:
    """``at``: name of a control → what is wrong there; ``heading``: what no field can mend, None where fields are all
    there is to it; ``more``: what else was said."""

    at: dict[str, Text]
    heading: Text | None
    more: tuple[tuple[Text, str], ...] = ()


def faults_of(refusal: Refusal, form: Form, typed: QueryDict, files: Collection[str]) -> Faults:
    """Every fault of the form as it was sent: what its fields ask, and what the step found beyond that. A step that
    speaks of no field is heard unless a field that is plainly wrong explains it."""
    controls = form.answering()
    at = faults_asked(form, typed, files)
    loose: list[tuple[Text, str]] = [(reason.text, reason.cite) for reason in refusal.reasons]
    for problem in refusal.problems:
        name = field_at(problem.path, controls)
        if name:
            at.setdefault(name, problem.text)
        else:
            loose.append((problem.text, ""))
    explained = bool(at) and isinstance(refusal, Malformed)
    in_order = {name: at[name] for name in controls if name in at}
    if explained:
        return Faults(in_order, None, () if not refusal.problems else tuple(loose))
    first = refusal.problems[0].text if refusal.problems else refusal.text
    return Faults(in_order, first if isinstance(refusal, Malformed) else refusal.text, tuple(loose))


def field_at(path: str, controls: dict[str, list[Field]]) -> str:
    """The control for a path: by its whole name, by its end (``$.documents.invoice_no`` is ``invoice_no``) or by its
    beginning (``$.diagnosis.text`` is ``diagnosis``); empty for none."""
    by_id = {each.tag.attributes.get("id") or "": name for name, found in controls.items() for each in found}
    for each in _spellings(path):
        if each in controls:
            return each
        if each in by_id:
            return by_id[each]
    return ""


def _spellings(path: str) -> Iterator[str]:
    parts = re.sub(r"\[(\d+)\]", r".\1", path.removeprefix("$")).strip(".").split(".")
    for first in range(len(parts)):
        yield ".".join(parts[first:])
    for last in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:last])

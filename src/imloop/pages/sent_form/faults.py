"""From a refusal to the fields it speaks of: the one way from a path such as ``$.items[0].hours`` to a control."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.http import QueryDict

from imloop.facts.refusal import Malformed, Problem, Refusal
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
    sent = next((name for name, found in controls.items() if found[0].kind == "file" and name in files), "")
    loose: list[tuple[Text, str]] = [(reason.text, reason.cite) for reason in refusal.reasons]
    for problem in refusal.problems:
        name = field_at(problem.path, controls)
        if name:
            at.setdefault(name, _which(problem, controls[name]))
        else:
            loose.append((_in_file(problem) if sent else problem.text, ""))
    if sent and len(loose) > len(refusal.reasons):  # something is wrong that no other field says
        at.setdefault(sent, Text("文件内容有误", "the contents of the file are wrong"))
    explained = bool(at) and (isinstance(refusal, Malformed) or (bool(refusal.problems) and not loose))
    in_order = {name: at[name] for name in controls if name in at}
    if explained:
        return Faults(in_order, None, () if not refusal.problems else tuple(loose))
    first = refusal.problems[0].text if refusal.problems else refusal.text
    return Faults(in_order, first if isinstance(refusal, Malformed) else refusal.text, tuple(loose))


def _which(problem: Problem, controls: list[Field]) -> Text:
    """In a field that takes a list, the entry that is wrong is counted, as people count."""
    found = re.search(r"\[(\d+)\]", problem.path)
    if found is None or controls[0].kind != "textarea":
        return problem.text
    number = int(found[1]) + 1
    return Text(f"第 {number} 项，{problem.text.zh}", f"entry {number}: {problem.text.en}")


def _in_file(problem: Problem) -> Text:
    """What is wrong inside a file is named by its place there, for whoever made the file."""
    place = problem.path.removeprefix("$").lstrip(".")
    return Text(f"{place}：{problem.text.zh}", f"{place}: {problem.text.en}") if place else problem.text


def field_at(path: str, controls: dict[str, list[Field]]) -> str:
    """The control for a path: by its whole name, by its end (``$.documents.invoice_no`` is ``invoice_no``) or by its
    beginning (``$.diagnosis.text`` is ``diagnosis``); empty for none."""
    by_id = {each.tag.attributes.get("id"): name for name, found in controls.items() for each in found}
    for each in filter(None, _spellings(path)):
        if each in controls:
            return each
        if each in by_id:
            return by_id[each]
        if ends := [
            name for name in controls if name.endswith(f"-{each}")
        ]:  # of one step of several: `review-reason`
            return ends[0]
    return ""


def _spellings(path: str) -> Iterator[str]:
    parts = re.sub(r"\[(\d+)\]", r".\1", path.removeprefix("$")).strip(".").split(".")
    for first in range(len(parts)):
        yield ".".join(parts[first:])
    for last in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:last])

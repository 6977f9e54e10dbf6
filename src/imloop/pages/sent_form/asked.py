"""What the fields of a form ask by their own attributes, compared with what was sent: the rules a browser knows, all at
once and in our words, with or without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.http import QueryDict

from imloop.facts.days import day_in
from imloop.facts.digits import whole
from imloop.facts.text import Text
from imloop.pages.sent_form.html import Field, Form

_CHOSEN = frozenset({"select", "radio"})


def _is_moment(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text)) and "T" in text
    except ValueError:
        return False


_SHAPES: dict[str, tuple[Callable[[str], object], Text]] = {
    "date": (
        lambda text: re.fullmatch(r"\d{4}-\d\d-\d\d", text) and day_in(text),
        Text("请填日期，如 2026-03-05", "give a day such as 2026-03-05"),
    ),
    "datetime-local": (
        _is_moment,
        Text("请填日期和时间，如 2026-03-05 09:30", "give a day and time such as 2026-03-05 09:30"),
    ),
    "time": (
        re.compile(r"([01]\d|2[0-3]):[0-5]\d").fullmatch,
        Text("请填时间，如 09:30", "give a time such as 09:30"),
    ),
    "month": (
        re.compile(r"\d{4}-(0[1-9]|1[0-2])").fullmatch,
        Text("请填月份，如 2026-03", "give a month such as 2026-03"),
    ),
}


def fits(kind: str, value: str) -> bool:
    """Whether a browser shows ``value`` in an input of that type; another it would leave out."""
    shape = _SHAPES.get(kind)
    return shape is None or not value or bool(shape[0](value))


def faults_asked(form: Form, typed: QueryDict, files: Collection[str]) -> dict[str, Text]:
    """Name of each control that was not answered as it asks → what is wrong."""
    found = {}
    for name, controls in form.answering().items():
        if controls[0].kind == "file":
            if name not in files and _required(controls):
                found[name] = Text("请选择文件", "choose a file")
            continue
        values = [value.strip() for value in typed.getlist(name) if value.strip()]
        fault = _lacks(controls) if not values else _wrong(controls, values)
        if fault is not None:
            found[name] = fault
    return found


def _required(controls: Sequence[Field]) -> bool:
    return any("required" in each.tag.attributes for each in controls)


def _lacks(controls: Sequence[Field]) -> Text | None:
    if not _required(controls):
        return None
    if controls[0].kind == "checkbox":
        return Text("请勾选确认", "tick the box to confirm")
    if controls[0].kind in _CHOSEN:
        return Text("请选择", "choose one")
    return Text("请填写", "fill this in")


def _wrong(controls: Sequence[Field], values: Sequence[str]) -> Text | None:
    first = controls[0]
    if first.kind in (*_CHOSEN, "checkbox"):
        known = [option.attributes.get("value") or "" for option in first.options]
        known += [each.value for each in controls if each.kind != "select"]
        strange = set(values) - set(known)
        return Text("请从所列各项中选择", "choose among those listed") if strange else None
    return next((fault for value in values if (fault := _wrong_text(first, value))), None)


def _wrong_text(control: Field, value: str) -> Text | None:
    own = control.tag.attributes
    shape = _SHAPES.get(control.kind)
    if shape is not None and not shape[0](value):
        return shape[1]
    if shape is not None and (low := own.get("min")) and value < low:
        return Text(f"不能早于 {low}", f"not before {low}")
    if shape is not None and (high := own.get("max")) and value > high:
        return Text(f"不能晚于 {high}", f"not after {high}")
    longest, shortest = whole(own.get("maxlength") or ""), whole(own.get("minlength") or "")
    if longest is not None and len(value) > longest:
        return Text(f"至多 {longest} 个字符", f"at most {longest} characters")
    if shortest is not None and len(value) < shortest:
        return Text(f"至少 {shortest} 个字符", f"at least {shortest} characters")
    if (pattern := own.get("pattern")) and not re.fullmatch(pattern, value):
        hint = own.get("title") or ""
        return Text(hint or "格式不对", hint or "not in the form asked for")
    return None

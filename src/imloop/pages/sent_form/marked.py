"""The page of a refused form, written anew: its answers as they were sent, its faults at their fields and above."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from urllib.parse import urlsplit

from django.http import QueryDict
from django.utils.translation import get_language

from imloop.facts.refusal import Refusal
from imloop.facts.text import Text
from imloop.pages.sent_form.asked import fits
from imloop.pages.sent_form.faults import Faults, faults_of
from imloop.pages.sent_form.html import Attributes, Field, Form, Tag, page_of

_KEPT_AS_THEY_ARE = frozenset({"hidden", "submit", "button", "image", "reset", "file", "password"})
_WORDS = {
    "heading": Text("请更正以下内容", "Please correct the following"),
    "title": Text("有误", "Error"),
    "colon": Text("：", ": "),
}
Edit = tuple[int, int, str]
"""From, to, what stands there instead."""


def marked(
    text: str, method: str, path: str, typed: QueryDict, files: Collection[str], refusal: Refusal
) -> str | None:
    """The page with its refused form; ``method``, ``path``: how and to where it was sent, with its question. A page
    that has the form no longer says above all else why not; None for a question that the page does not ask."""
    page = page_of(text)
    form = _sent(page.forms, method, urlsplit(path).path, typed, files)
    if form is None:
        gone = Form(Tag("form", {}, page.main, page.main), (), in_table=False)
        said = _summary(refusal, faults_of(refusal, gone, typed, files), gone, {})
        return _edited(text, [(page.main, page.main, said)]) if method == "POST" and page.main else None
    faults = faults_of(refusal, form, typed, files)
    edits, ids = _fields(form, typed, faults)
    if not form.action:  # else it goes to the field whose link was followed last, and that takes the focus
        edits.append((form.tag.start, form.tag.end, _tag("form", {**form.tag.attributes, "action": path})))
    summary = _summary(refusal, faults, form, ids)
    at = page.main if form.in_table else form.tag.end
    edits.append((at, at, summary))
    edits += [
        (each.start, each.end, _tag(each.name, {**each.attributes, "open": None})) for each in form.around
    ]
    return _edited(text, edits).replace("<title>", f"<title>{_in(_WORDS['title'])}{_in(_WORDS['colon'])}", 1)


def _in(text: Text) -> str:
    return text.in_(get_language() or "")


def _sent(forms: list[Form], method: str, path: str, typed: QueryDict, files: Collection[str]) -> Form | None:
    """The form that was sent: to this address, with these names, its hidden values the same."""
    best: tuple[int, Form | None] = (0, None)
    for form in forms:
        if form.method != method.lower():
            continue
        if form.action and urlsplit(form.action).path != path:
            continue
        score = _likeness(form, typed, {*typed, *files})
        if score > best[0]:
            best = score, form
    return best[1]


def _likeness(form: Form, typed: QueryDict, sent: set[str]) -> int:
    """How much of what was sent the form has; what it has and was not sent counts against it a little."""
    names = {each.name for each in form.fields if each.name}
    alike = 10 * len(names & sent) - len(names - sent)
    for each in form.fields:
        if each.kind == "hidden" and each.name != "csrfmiddlewaretoken" and each.name in typed:
            alike += 20 if each.value == typed[each.name] else -20
        elif each.kind == "button" and typed.get(each.name, None) == each.value:
            alike += 20
    return alike


def _fields(form: Form, typed: QueryDict, faults: Faults) -> tuple[list[Edit], dict[str, str]]:
    """The edits of all controls, and the id that each faulty name is linked by."""
    edits: list[Edit] = []
    ids: dict[str, str] = {}
    turns: dict[str, int] = {}
    for each in form.fields:
        if not each.name or each.kind in ("hidden", "submit", "button"):
            continue
        turn = turns[each.name] = turns.get(each.name, -1) + 1
        attributes = dict(each.tag.attributes)
        edits += _filled(each, attributes, typed, turn)
        if each.name in faults.at:
            if each.name not in ids:
                ids[each.name] = attributes.setdefault("id", f"{each.name}-{each.tag.start}") or ""
                edits.append((each.before, each.before, _message(ids[each.name], faults.at[each.name])))
            told = f"{ids[each.name]}-fault"
            attributes["aria-invalid"] = "true"
            attributes["aria-describedby"] = " ".join(
                filter(None, [told, attributes.get("aria-describedby")])
            )
        if attributes != each.tag.attributes:
            edits.append((each.tag.start, each.tag.end, _tag(each.tag.name, attributes)))
    return edits, ids


def _message(at: str, fault: Text) -> str:
    return f'<span class="fault" id="{escape(at)}-fault">{escape(_in(fault))}</span>'


def _filled(each: Field, attributes: Attributes, typed: QueryDict, turn: int) -> list[Edit]:
    """The control as it was sent; ``turn``: which of those that bear its name."""
    if each.kind in _KEPT_AS_THEY_ARE:
        return []
    if each.kind in ("checkbox", "radio"):
        _set(attributes, "checked", each.value in typed.getlist(each.name))
        return []
    values = typed.getlist(each.name)
    if turn >= len(values):
        return []
    if "multiple" not in each.tag.attributes:
        values = values[turn : turn + 1]
    if each.kind == "select":
        return [_chosen(option, values) for option in each.options] if _offered(each, values) else []
    if each.kind == "textarea":
        return [(*each.body, "\n" + escape(values[0]))]
    attributes["value"] = values[0]
    if not fits(each.kind, values[0]):
        attributes["type"] = "text"
    return []


def _offered(each: Field, values: list[str]) -> bool:
    return any((option.attributes.get("value") or "") in values for option in each.options)


def _chosen(option: Tag, values: list[str]) -> Edit:
    attributes = dict(option.attributes)
    _set(attributes, "selected", (attributes.get("value") or "") in values)
    return option.start, option.end, _tag("option", attributes)


def _set(attributes: Attributes, name: str, on: bool) -> None:
    attributes.pop(name, None)
    if on:
        attributes[name] = None


def _summary(refusal: Refusal, faults: Faults, form: Form, ids: dict[str, str]) -> str:
    """Takes the focus by itself, without a script; each line leads to its field."""
    controls = form.answering()
    lines = [
        f'<li><a href="#{escape(ids[name])}">{escape(_line(controls[name], text))}</a></li>'
        for name, text in faults.at.items()
    ]
    lines += [
        f"<li>{escape(_in(text))}{escape(f'（{cite}）' if cite else '')}</li>" for text, cite in faults.more
    ]
    heading = escape(_in(faults.heading or _WORDS["heading"]))
    cite = f' <span class="small">{escape(refusal.cite)}</span>' if refusal.cite else ""
    rest = f'<ul class="reasons">{"".join(lines)}</ul>' if lines else ""
    return (
        f'<div class="message bad faults" id="faults" role="alert" tabindex="-1" autofocus>'
        f"<b>{heading}</b>{cite}{rest}</div>"
    )


def _line(controls: list[Field], fault: Text) -> str:
    """The field by its label, and what is wrong. Boxes of one name are known by the words of their group."""
    first = controls[0]
    label = first.group if len(controls) > 1 and first.group else first.label
    return label.rstrip("。.") + _in(_WORDS["colon"]) + _in(fault)


def _tag(name: str, attributes: Attributes) -> str:
    parts = [key if value is None else f'{key}="{escape(value)}"' for key, value in attributes.items()]
    return f"<{' '.join([name, *parts])}>"


def _edited(text: str, edits: list[Edit]) -> str:
    """The edits do not overlap; what is put in before a tag comes before the tag itself."""
    out, at = [], 0
    for start, end, new in sorted(edits, key=lambda each: (each[0], each[1])):
        out += [text[at:start], new]
        at = end
    return "".join([*out, text[at:]])

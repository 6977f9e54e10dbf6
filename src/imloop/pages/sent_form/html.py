"""The forms of a page as it was rendered: fields, labels, and where each stands in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

Attributes = dict[str, str | None]
_VOID = frozenset({"input", "br", "img", "hr", "meta", "link", "use", "path", "circle", "rect"})
_CONTROLS = frozenset({"input", "select", "textarea", "button"})
_NO_ANSWER = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass(slots=True)
class Tag:
    """A start tag. ``start``, ``end``: characters of the page."""

    name: str
    attributes: Attributes
    start: int
    end: int


@dataclass(slots=True)
class Field:
    """A control. ``before``: where its message goes; ``body``: the text of a textarea from … to; ``group``: the words
    of the fieldset around it."""

    tag: Tag
    before: int
    label: str = ""
    group: str = ""
    options: list[Tag] = field(default_factory=list)
    body: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        return self.tag.attributes.get("name") or ""

    @property
    def kind(self) -> str:
        """The type of an input; the tag of any other."""
        return (self.tag.attributes.get("type") or "text") if self.tag.name == "input" else self.tag.name

    @property
    def value(self) -> str:
        return self.tag.attributes.get("value") or ("on" if self.kind in ("checkbox", "radio") else "")

    @property
    def answers(self) -> bool:
        """Whether a person fills it in."""
        return bool(self.name) and self.kind not in _NO_ANSWER and "disabled" not in self.tag.attributes


@dataclass(slots=True)
class Form:
    """``around``: the closed or open ``details`` that hold it; ``in_table``: it stands in a cell."""

    tag: Tag
    around: tuple[Tag, ...]
    in_table: bool
    fields: list[Field] = field(default_factory=list)

    @property
    def method(self) -> str:
        return (self.tag.attributes.get("method") or "get").lower()

    @property
    def action(self) -> str:
        return self.tag.attributes.get("action") or ""

    def answering(self) -> dict[str, list[Field]]:
        """Name → the controls that bear it, in the order of the page."""
        found: dict[str, list[Field]] = {}
        for each in self.fields:
            if each.answers:
                found.setdefault(each.name, []).append(each)
        return found


@dataclass(slots=True)
class Page:
    """``main``: where the contents of the page begin."""

    forms: list[Form]
    main: int


def page_of(text: str) -> Page:
    reader = _Reader(text)
    reader.feed(text)
    reader.close()
    for form in reader.forms:
        for each in form.fields:
            _name(each, reader.labels)
    return Page(reader.forms, reader.main)


def _name(found: Field, labels: dict[str, str]) -> None:
    """The words a person knows a control by."""
    own = found.tag.attributes
    words = (
        labels.get(own.get("id") or "")
        or found.label
        or own.get("aria-label")
        or own.get("placeholder")
        or ""
    )
    found.label = found.group if found.kind == "radio" and found.group else words or found.group


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.labels: dict[str, str] = {}
        self.main = 0
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._form: Form | None = None
        self._details: list[Tag] = []
        self._cells = 0
        self._groups: list[str] = []
        self._words: _Words | None = None
        self._control: Field | None = None
        self._wrapped: list[Field] = []

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        found = Tag(tag, dict(attrs), start, start + len(self.get_starttag_text() or ""))
        if self._words is not None and tag not in _VOID:
            self._words.opened(found)
        if tag == "main":
            self.main = found.end
        elif tag == "details":
            self._details.append(found)
        elif tag == "td":
            self._cells += 1
        elif tag == "form":
            self._form = Form(found, tuple(self._details), self._cells > 0)
            self.forms.append(self._form)
        elif tag == "fieldset":
            self._groups.append("")
        elif tag in ("label", "legend"):
            self._words, self._wrapped = _Words(found), []
        elif tag == "option" and self._control is not None:
            self._control.options.append(found)
        elif tag in _CONTROLS and self._form is not None:
            self._took(found)

    def _took(self, found: Tag) -> None:
        inside = self._words is not None and self._words.tag.name == "label"
        before = self._words.tag.start if inside and self._words is not None else found.start
        control = Field(found, before, group=self._groups[-1] if self._groups else "")
        assert self._form is not None
        self._form.fields.append(control)
        if inside:
            self._wrapped.append(control)
        if found.name in ("select", "textarea"):
            self._control = control
            control.body = (found.end, found.end)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "details" and self._details:
            self._details.pop()
        elif tag == "td":
            self._cells = max(0, self._cells - 1)
        elif tag == "fieldset" and self._groups:
            self._groups.pop()
        elif tag in ("select", "textarea") and self._control is not None:
            self._control.body = (self._control.tag.end, self._at())
            self._control = None
        elif tag in ("label", "legend") and self._words is not None:
            self._named(self._words)
            self._words = None
        if self._words is not None:
            self._words.closed()

    def _named(self, words: _Words) -> None:
        text = words.text()
        if words.tag.name == "legend":
            if self._groups:
                self._groups[-1] = text
            return
        self.labels[words.tag.attributes.get("for") or ""] = text
        for control in self._wrapped:
            control.label = text
        self.labels.pop("", None)

    def handle_data(self, data: str) -> None:
        if self._words is not None and self._control is None:
            self._words.said(data)


class _Words:
    """What a label says, without its muted remarks."""

    def __init__(self, tag: Tag) -> None:
        self.tag = tag
        self._found: list[str] = []
        self._depth = self._muted = 0

    def opened(self, tag: Tag) -> None:
        self._depth += 1
        if not self._muted and "muted" in (tag.attributes.get("class") or "").split():
            self._muted = self._depth

    def closed(self) -> None:
        if self._depth == self._muted:
            self._muted = 0
        self._depth -= 1

    def said(self, data: str) -> None:
        if not self._muted:
            self._found.append(data)

    def text(self) -> str:
        return " ".join("".join(self._found).split()).rstrip("：:")

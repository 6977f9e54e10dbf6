"""A list as a table whose headings are written once: over their columns, and on a phone beside each cell.

::

    {% table %}
      <th>{% translate "号牌" %}</th>
      <th class="num">{% translate "轮次" %}</th>
      {% rows %}
      {% for case in cases %}
        <tr>
          <td>{{ case.vehicle.plate }}</td>
          <td>{{ case.round }}</td>
        </tr>
      {% endfor %}
    {% endtable %}

The first cell of a row stands under the first heading, and so on. A cell takes its heading's words as ``data-label``,
which the style sheet shows where the cells stand one below the other, and its ``num``: figures to the right. A cell
with a ``data-label`` of its own keeps it, with an empty one it goes without; one over several columns has none; one
that says nothing is left empty, and does not show on a phone. ``{% table "law" %}`` gives the table another class of
the style sheet. Cells hold no tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_ATTRIBUTES = r"""((?:"[^"]*"|'[^']*'|[^'">])*)"""
_HEADING = re.compile(rf"<th\b{_ATTRIBUTES}>(.*?)</th>", re.DOTALL)
_ROW_OR_CELL = re.compile(rf"<(tr|td|th)\b{_ATTRIBUTES}>(?:\s+(?=</td>))?")
_SPAN = re.compile(r'\bcolspan="(\d+)"')
_CLASS = re.compile(r'\bclass="([^"]*)"')


@dataclass(frozen=True)
class Column:
    label: str = ""
    """The heading's words, escaped as they are on the page."""
    figures: bool = False


@register.tag
def table(parser: Parser, token: Token) -> TableNode:
    name, *kind = token.split_contents()
    if len(kind) > 1:
        raise TemplateSyntaxError(f"{name} takes one more class at most")
    headings = parser.parse(("rows",))
    parser.delete_first_token()
    rows = parser.parse(("endtable",))
    parser.delete_first_token()
    return TableNode(headings, rows, parser.compile_filter(kind[0]) if kind else None)


class TableNode(Node):
    child_nodelists = ("headings", "rows")

    def __init__(self, headings: NodeList, rows: NodeList, kind: FilterExpression | None) -> None:
        self.headings, self.rows, self.kind = headings, rows, kind

    def render(self, context: Context) -> SafeString:
        headings = self.headings.render(context)
        rows = labelled(self.rows.render(context), columns(headings))
        return format_html(
            '<div class="scroll"><table class="rows{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
            f" {self.kind.resolve(context)}" if self.kind else "",
            headings,
            rows,
        )


def columns(headings: str) -> list[Column]:
    return [
        Column(" ".join(strip_tags(words).split()).replace('"', "&quot;"), "num" in _classes(attributes))
        for attributes, words in _HEADING.findall(headings)
    ]


def labelled(rows: str, columns: list[Column]) -> SafeString:
    """The rows, each cell with what it takes from the heading of its column."""
    at = 0

    def marked(tag: re.Match[str]) -> str:
        nonlocal at
        name, attributes = tag.groups()
        if name == "tr":
            at = 0
            return tag[0]
        span = _SPAN.search(attributes)
        column = columns[at] if at < len(columns) and name == "td" and not span else Column()
        at += int(span[1]) if span else 1
        return f"<{name}{_taken_over(column, attributes)}>"

    return mark_safe(_ROW_OR_CELL.sub(marked, rows))


def _taken_over(column: Column, attributes: str) -> str:
    if column.figures:
        found = _CLASS.search(attributes)
        named = f'class="{" ".join([*_classes(attributes), "num"])}"'
        attributes = _CLASS.sub(named, attributes) if found else f"{attributes} {named}"
    if 'data-label=""' in attributes:
        return attributes.replace(' data-label=""', "")
    if column.label and "data-label=" not in attributes:
        return f'{attributes} data-label="{column.label}"'
    return attributes


def _classes(attributes: str) -> list[str]:
    found = _CLASS.search(attributes)
    return found[1].split() if found else []

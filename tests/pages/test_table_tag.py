"""``{% table %}``: a heading is written once, and every cell of its column says it on a phone."""

from __future__ import annotations

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

TWO = """<th>{% translate "号牌" %}</th><th class="num">{% translate "轮次" %}</th>"""


def shown(source: str, **context: object) -> str:
    return Template("{% load i18n table_tags %}" + source).render(Context(context))


def rows(body: str, headings: str = TWO, **context: object) -> str:
    page = shown("{% table %}" + headings + "{% rows %}" + body + "{% endtable %}", **context)
    return page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_the_whole_table() -> None:
    assert shown('{% table "law" %}<th>甲</th>{% rows %}<tr><td>1</td></tr>{% endtable %}') == (
        '<div class="scroll"><table class="rows law"><thead><tr><th>甲</th></tr></thead>'
        '<tbody><tr><td data-label="甲">1</td></tr></tbody></table></div>'
    )


def test_each_cell_of_each_row_takes_the_heading_over_it() -> None:
    body = "{% for plate in plates %}<tr>\n<td>{{ plate }}</td>\n<td>1</td>\n</tr>{% endfor %}"
    row = '<tr>\n<td data-label="号牌">{}</td>\n<td class="num" data-label="轮次">1</td>\n</tr>'
    assert rows(body, plates=["桂B1", "桂B2"]) == row.format("桂B1") + row.format("桂B2")


def test_labels_speak_the_language_of_the_page() -> None:
    with translation.override("en"):
        assert 'data-label="Plate"' in rows("<tr><td>1</td></tr>")


def test_attributes_stay_and_figures_keep_their_other_classes() -> None:
    body = '<tr id="a"><td title="x > y">1</td><td class="small" id="b">2</td></tr>'
    assert rows(body) == (
        '<tr id="a"><td title="x > y" data-label="号牌">1</td>'
        '<td class="small num" id="b" data-label="轮次">2</td></tr>'
    )


def test_a_cell_may_have_its_own_label_or_none() -> None:
    assert rows('<tr><td data-label="车">1</td><td data-label="" id="x">2</td></tr>') == (
        '<tr><td data-label="车">1</td><td id="x" class="num">2</td></tr>'
    )


def test_a_cell_over_two_columns_has_no_label_and_moves_the_next() -> None:
    headings = "<th>甲</th><th>乙</th><th>丙</th>"
    assert rows('<tr><td colspan="2">1</td><td>2</td></tr>', headings) == (
        '<tr><td colspan="2">1</td><td data-label="丙">2</td></tr>'
    )


def test_a_heading_of_a_row_and_cells_without_a_heading_stay_as_they_are() -> None:
    body = "<tr><th>1</th><td>2</td><td>3</td></tr>"
    assert rows(body) == '<tr><th>1</th><td class="num" data-label="轮次">2</td><td>3</td></tr>'


def test_a_cell_that_says_nothing_is_empty() -> None:
    assert rows("<tr><td>\n  {% if no %}x{% endif %}\n</td><td> 0 </td></tr>") == (
        '<tr><td data-label="号牌"></td><td class="num" data-label="轮次"> 0 </td></tr>'
    )


def test_only_the_words_of_a_heading_label_its_cells() -> None:
    headings = '<th>\n <span class="small">{{ first }}</span>\n "丙"</th><th></th>'
    assert rows("<tr><td>1</td><td>2</td></tr>", headings, first='甲<乙 & "丁"') == (
        '<tr><td data-label="甲&lt;乙 &amp; &quot;丁&quot; &quot;丙&quot;">1</td><td>2</td></tr>'
    )


def test_what_a_cell_says_is_not_taken_for_a_cell() -> None:
    assert rows("<tr><td>{{ word }}</td></tr>", word="<td>") == (
        '<tr><td data-label="号牌">&lt;td&gt;</td></tr>'
    )


@pytest.mark.parametrize("wide", [True, False])
def test_a_column_may_be_left_out(wide: bool) -> None:
    headings = "{% if wide %}<th>甲</th>{% endif %}<th>乙</th>"
    body = "<tr>{% if wide %}<td>1</td>{% endif %}<td>2</td></tr>"
    first = '<td data-label="甲">1</td>' if wide else ""
    assert rows(body, headings, wide=wide) == f'<tr>{first}<td data-label="乙">2</td></tr>'


def test_headings_and_cells_may_come_from_other_files() -> None:
    headings = '{% include "cases/case_head.html" %}<th>{% translate "办理" %}</th>'
    assert rows("<tr><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td><td>6</td></tr>", headings).endswith(
        '<td data-label="案件">5</td><td data-label="办理">6</td></tr>'
    )


@pytest.mark.parametrize(
    "source", ["{% table %}<th>甲</th>{% endtable %}", "{% table a b %}{% rows %}{% endtable %}"]
)
def test_a_table_without_rows_or_with_two_classes_is_a_mistake(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        shown(source)

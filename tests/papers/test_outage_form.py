"""The paper sheets of an outage: a page a day, the station's own vouchers, what to write where."""

from __future__ import annotations

import pypdfium2
import pytest

from imloop.exchange.signing import sign_voucher
from imloop.papers.outage_form import outage_form
from imloop.steps.outages.voucher_stock import stock
from support.city import FAR, NEAR, City, at

NOW = at("2026-03-03 08:00")
pytestmark = pytest.mark.one_database("sqlite", reason="a paper is made of what was read already")


def pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


def test_each_day_has_a_sheet_with_its_vouchers(city: City) -> None:
    rows = stock(city.callers[NEAR], NOW, sign_voucher)
    foreign = stock(city.callers[FAR], NOW, sign_voucher)
    pdf = outage_form(city.callers[NEAR], rows, NOW)
    pages = pages_of(pdf)
    assert len(pages) == 4 == len({row.day for row in rows})
    for row in rows:
        page = pages[(row.day - rows[0].day).days]
        assert row.code in page and row.number in page
    assert not any(row.code in page for row in foreign for page in pages)
    for words in (
        "仅限2026年3月3日",
        "鱼峰环保检测站",
        NEAR,
        "维修结算清单或竣工出厂合格证",
        "签字",
        "附件1",
    ):
        assert words in pages[0], words
    assert outage_form(city.callers[NEAR], rows, NOW) == pdf


def test_without_vouchers_there_is_a_blank_sheet_for_the_telephone(city: City) -> None:
    pages = pages_of(outage_form(city.callers[NEAR], [], NOW))
    assert len(pages) == 1 and "打电话" in pages[0]

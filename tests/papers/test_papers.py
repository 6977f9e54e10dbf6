"""The papers: every element of the official form, both copies, the same bytes every time."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import msgspec
import pypdfium2
import pytest

from imloop.exchange.uploads.intake import take_test
from imloop.facts.days import read_day
from imloop.facts.mask import masked_name
from imloop.papers import press
from imloop.papers.assemble import notice_document, report_document
from imloop.papers.trace_picture import trace_svg
from imloop.papers.words import long_date
from imloop.steps.cases import issue_notice
from imloop.store.models import Notice, Party, Test, Vehicle
from support.city import NEAR, City, at
from support.messages.uploads import test_message

SVG = "{http://www.w3.org/2000/svg}"
pytestmark = pytest.mark.one_database("sqlite", reason="a paper is made of what was read already")


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


@pytest.fixture
def notice(city: City) -> Notice:
    city.test("2026-03-02 09:00", co=0.9)
    return Notice.objects.get()


def test_the_notice_has_every_element_of_the_official_form(city: City, notice: Notice) -> None:
    pages = text_of(notice_document(city.callers[NEAR], notice.notice_no))
    assert len(pages) == 2
    assert "存" in pages[0] and "执" in pages[1]
    for page in pages:
        for element in (
            "超标排放汽车维护修理告知书",
            "柳检告〔2026〕000001号",
            "2026年3月2日09:00",
            "桂B12345",
            "LFV2A21K6J3123456",
            "GB18285—2018",
            "GB3847—2018",
            "第六十条",
            "强制报废",
            "2026年3月23日（周一）",
            "第15个工作日",
            "竣工出厂合格证",
            "签字",
            "盖章",
            "鱼峰环保检测站",
            "一式两份",
            "/c/",
            "自由选择",
        ):
            assert element in page, element
        assert "韦**" in page and "韦小明" not in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-08-14", "大气污染防治法》第六十条规定：在用机动车排放大气污染物超过标准的，应当进行维修；经"),
        (
            "2026-08-15",
            "生态环境法典》第二百二十九条规定的要旨：在用机动车排放大气污染物超过标准的，应当进行维修；经",
        ),
    ],
)
def test_the_notice_cites_the_law_of_its_own_day(city: City, day: str, said: str) -> None:
    city.test(f"{day} 09:00", co=0.9)
    for page in text_of(notice_document(city.callers[NEAR], Notice.objects.get().notice_no)):
        assert said in page and "应当强制报废。" in page
        assert ("第六十条" in page) is (day == "2026-08-14") and ("生态环境法典" in page) is (
            day == "2026-08-15"
        )


def test_the_same_notice_is_the_same_bytes(city: City, notice: Notice) -> None:
    first = notice_document(city.callers[NEAR], notice.notice_no)
    assert first == notice_document(city.callers[NEAR], notice.notice_no)


def test_the_transition_phase_names_its_own_documents(city: City) -> None:
    city.test("2026-02-20 09:00", co=0.9)
    page = text_of(notice_document(city.callers[NEAR], Notice.objects.get().notice_no))[0]
    assert "持维修结算清单和维修发票回本站复检" in page and "竣工出厂合格证" not in page
    assert "也可自主选择其他维修企业" in page


def test_a_provisional_deadline_says_so(city: City) -> None:
    city.test("2026-12-15 09:00", co=0.9)
    assert "尚未公布" in text_of(notice_document(city.callers[NEAR], Notice.objects.get().notice_no))[0]


def test_a_long_name_stays_on_the_page(city: City, notice: Notice) -> None:
    Party.objects.filter(code=NEAR).update(
        name="柳州市" + "超长名称" * 15 + "检测有限公司", address="柳州市鱼峰区" * 8
    )
    assert len(text_of(notice_document(city.callers[NEAR], notice.notice_no))) == 2


def test_the_report_says_what_was_measured_and_how_it_was_judged(city: City) -> None:
    receipt = city.test("2026-03-02 09:00", co=0.9, claimed={"verdict": "pass", "values": {}}).body
    (page,) = text_of(report_document(city.callers[NEAR], str(receipt["test_no"])))
    for element in (receipt["report"], "不合格", "稳态工况法", "≤0.50", "GB18285-2018", "不一致", "SHA-256"):
        assert str(element) in page, element


def test_the_trace_shows_the_channel_that_decided_its_limit_and_what_was_compared(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    test = Test.objects.get()
    picture = ElementTree.fromstring(trace_svg(test))
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert "CO %" in words and "180 s" in words and "5025" in words
    dashed = [line for line in picture.iter() if line.get("stroke-dasharray")]
    heavy = [line for line in picture.iter() if float(line.get("stroke-width", 0)) >= 3]
    assert dashed and heavy
    # The value stands above its limit, so it is drawn nearer to the top.
    assert min(_height(line) for line in heavy) < min(_height(line) for line in dashed)
    assert trace_svg(test, "en") != "" and "空白" not in trace_svg(test, "en")


def _height(line: ElementTree.Element) -> float:
    if line.get("y1"):
        return float(line.get("y1", 0))
    return float(re.findall(r"M[\d.]+[ ,]([\d.]+)", line.get("d", ""))[0])


@pytest.mark.parametrize("missing", ["co_pct", "speed_kmh"])
def test_a_trace_without_its_channel_is_still_a_picture(city: City, missing: str) -> None:
    message = test_message(at("2026-03-02 09:00"), station=NEAR)
    del message["trace"]["columns"][missing]  # type: ignore[index]
    take_test(msgspec.json.encode(message), city.callers[NEAR], at("2026-03-02 10:00"))
    assert ElementTree.fromstring(trace_svg(Test.objects.get())).tag == f"{SVG}svg"


def test_an_old_notice_prints_as_it_was_issued(city: City, notice: Notice) -> None:
    """Whatever became of station, car and law data since."""
    issued = notice_document(city.callers[NEAR], notice.notice_no)
    Party.objects.filter(code=NEAR).update(name="改名检测站", address="新址", phone="0772-1")
    Vehicle.objects.update(plate="桂B99999", owner_name="覃大勇")
    with patch.object(issue_notice, "told", return_value={}):
        assert notice_document(city.callers[NEAR], notice.notice_no) == issued


def test_a_form_is_dated_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new form lies beside the old one; what was issued on the old prints on the old."""
    (tmp_path / "000000").mkdir()
    for name in ("notice.typ", "notice.2026-06-01.typ", "notice.2027-01-01.typ", "notices.2020-01-01.typ"):
        (tmp_path / "000000" / name).touch()
    monkeypatch.setattr(press, "TEMPLATES", tmp_path)
    for day, name in (
        ("2026-05-31", "notice.typ"),
        ("2026-06-01", "notice.2026-06-01.typ"),
        ("2026-12-31", "notice.2026-06-01.typ"),
        ("2027-01-01", "notice.2027-01-01.typ"),
    ):
        assert press.template("450200", "notice.typ", read_day(day)).name == name


def test_the_most_local_template_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("000000", "450000"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "notice.typ").touch()
    monkeypatch.setattr(press, "TEMPLATES", tmp_path)
    day = read_day("2026-03-02")
    assert press.template("450200", "notice.typ", day).parent.name == "450000"
    assert press.template("330100", "notice.typ", day).parent.name == "000000"
    with pytest.raises(FileNotFoundError):
        press.template("330100", "other.typ", day)


def test_without_fonts_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "FONTS", tmp_path)
    with pytest.raises(press.FontsMissing, match="setup"):
        press._compiler.__wrapped__(press.template("000000", "notice.typ", read_day("2026-03-02")))


def test_dates_and_names() -> None:
    assert long_date(read_day("2026-12-14")) == "2026 年 12 月 14 日（周一）"
    assert masked_name("欧阳修") == "欧**" and masked_name("") == ""

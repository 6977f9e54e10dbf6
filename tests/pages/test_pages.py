"""Each desk's main task through its pages, and what must hold for all of them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from babel.messages.pofile import read_po
from django.http import QueryDict
from django.test import Client, override_settings

from imloop.law import load, overlay
from imloop.law.report import show_rows
from imloop.pages.inspections.assumption_form import assumed, sent
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Case, JournalEntry, Party, Proposal
from support.city import LISTED, NEAR, PLACE, City
from support.messages.uploads import PLATE, VIN, test_message
from support.people import person, search
from support.sentences import bare_signs, constants, in_context, of_code, of_template, sources
from support.stories.second_person import confirmed

PAGES = Path(__file__).parents[2] / "src" / "imloop" / "pages"


@pytest.fixture
def failed(city: City) -> Case:
    """A case opened three days ago."""
    city.test(f"{clock.now() - timedelta(days=3):%Y-%m-%d %H:%M}", co=0.9)
    return Case.objects.get()


def test_the_owner_reads_what_to_do(failed: Case) -> None:
    page = Client().get(f"/c/{failed.owner_token}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "请先维修，再回原站复检" in text and "桂B·12345" in text and "限值" in text
    assert "柳南治理站" in text and "路边修理铺" not in text  # only listed shops
    assert len(page.content) < 150_000
    notice = Client().get(f"/c/{failed.owner_token}/notice.pdf")
    assert notice["Content-Type"] == "application/pdf" and notice.content.startswith(b"%PDF")


def test_plate_and_vin_tail_find_the_case_and_nothing_less(failed: Case) -> None:
    found = Client().post("/find", {"plate": "桂B12345", "tail": VIN[-6:]})
    assert found["Location"] == f"/c/{failed.owner_token}"
    wrong = Client().post("/find", {"plate": "桂B12345", "tail": "000000"})
    assert wrong.status_code == 422 and 'value="桂B12345"' in wrong.content.decode()
    assert Client().get("/c/nonsense").status_code == 404


def test_english_and_large_text_without_script(failed: Case) -> None:
    client = Client()
    client.get("/settings", {"language": "en", "large": "1"})
    text = client.get(f"/c/{failed.owner_token}").content.decode()
    assert "Repair first, then return to the same station" in text and 'class="large"' in text
    assert client.get("/settings", {"next": "//evil.example"})["Location"] == "/"


def test_istation_uploads_and_asks_for_the_permit(city: City) -> None:
    client = person(NEAR)
    message = test_message(clock.now() - timedelta(hours=1), station=NEAR, co=0.9)
    file = Path(__file__)  # any name; the content is what counts
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile(file.name, msgspec.json.encode(message), "application/json")
    page = client.post("/desk/istation/upload", {"file": upload})
    case = Case.objects.get()
    assert case.case_no in page.content.decode()
    assert case.case_no in client.get("/desk/istation").content.decode()
    permit = search(client, "/desk/istation/permit", {"vin": VIN}).content.decode()
    assert "不可复检" in permit and "四（二）6" in permit
    bad = client.post(
        "/desk/istation/upload", {"file": SimpleUploadedFile("x.json", b"{", "application/json")}
    )
    assert bad.status_code == 422 and "文件内容有误" in bad.content.decode()


def test_mstation_reports_a_repair_once_even_if_sent_twice(city: City, failed: Case) -> None:
    client = person(LISTED)
    form = client.post("/desk/mstation/repair", {"case_no": failed.case_no, "plate": PLATE}).content.decode()
    repair_no = re.search(r'name="repair_no" value="([^"]+)"', form)
    assert repair_no
    now = clock.now()
    typed = {
        "case_no": failed.case_no,
        "plate": PLATE,
        "repair_no": repair_no[1],
        "received_at": f"{now - timedelta(hours=5):%Y-%m-%dT%H:%M}",
        "finished_at": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "diagnosis": "氧传感器老化",
        "technician": "韦师傅",
        "item_code_0": "O2S",
        "item_name_0": "更换氧传感器",
        "item_hours_0": "1.5",
        "certificate_no": "H1",
        "settlement_no": "J1",
        "invoice_no": "F1",
        "cost_yuan": "1234.5",
    }
    wrong = client.post("/desk/mstation/repair", {**typed, "received_at": "now", "do": "check"})
    assert 'href="#received_at"' in wrong.content.decode()
    assert wrong.status_code == 422 and 'value="H1"' in wrong.content.decode()
    for _ in range(2):
        sent = client.post("/desk/mstation/repair", {**typed, "do": "send"}, follow=True)
        done = sent.content.decode()
        assert repair_no[1] in done and "复检已放行" in done
    assert Case.objects.get().repairs.count() == 1
    assert failed.case_no in client.get("/desk/mstation").content.decode()


def test_environment_sees_its_work_and_decides(city: City, failed: Case) -> None:
    client = person("450200-environment")
    assert client.get("/desk")["Location"] == "/work"
    assert client.get("/work").status_code == 200
    assert failed.case_no in search(client, "/cases", {"q": "12345", "state": "open"}).content.decode()
    assert failed.case_no.encode() in client.get("/cases", {"format": "csv"}).content
    assert client.get("/cases", {"format": "xlsx"}).content[:2] == b"PK"
    page = client.get(f"/cases/{failed.case_no}").content.decode()
    assert "<polyline" in page and "TestFailed" not in page
    decision = {"what": "annul", "reason": "异议成立，仪器故障", "evidence": "柳环函〔2026〕1号"}
    assert client.post(f"/cases/{failed.case_no}/decide", decision).status_code == 422
    assert client.post(f"/cases/{failed.case_no}/decide", {**decision, "sure": "1"}).status_code == 302
    assert Case.objects.get().state == "awaiting_repair", "one person alone annuls nothing"
    confirmed(Proposal.objects.get(), clock.now())
    assert Case.objects.get().state == "annulled"


def test_an_export_is_journalled_and_a_name_stays_in_its_cell(city: City, failed: Case) -> None:
    Party.objects.filter(code=NEAR).update(name='1,"2')
    exported = person("450200-environment").get("/cases", {"format": "csv"}).content.decode("utf-8-sig")
    assert [row["检验机构"] for row in csv.DictReader(io.StringIO(exported))] == ['1,"2']
    entry = JournalEntry.objects.filter(kind="export").get()
    assert (entry.actor.split("/")[0], entry.subject) == ("450200-environment", "cases")


def test_a_decision_is_only_ever_posted(city: City, failed: Case) -> None:
    asked = person("450200-environment").get(
        f"/cases/{failed.case_no}/decide", {"what": "annul", "sure": "1"}
    )
    assert asked["Location"] == f"/cases/{failed.case_no}"
    assert Case.objects.get().state != "annulled"


@pytest.mark.parametrize("address", ["/nowhere", "/c/no-such-case", "/cases/none", "/api/v1/nowhere"])
def test_an_unknown_address_says_where_to_go(city: City, address: str) -> None:
    answer = person("450200-environment").get(address)
    assert answer.status_code == 404
    if address.startswith("/api"):
        assert (answer["Content-Type"], answer.json()["code"]) == ("application/problem+json", "unknown-call")
    else:
        text = answer.content.decode()
        assert "<html" in text and 'href="/"' in text and "Traceback" not in text


ASSUMED = {"wanted-1": "5025 工况 CO · limits.ASM.a.co_5025_pct", "value-1": "1.0"}


def test_the_environment_desk_asks_what_if(city: City, failed: Case) -> None:
    client = person("450200-environment")
    empty = client.get("/environment/what-if", {"preset": "limit-b"}).content.decode()
    assert re.search(r'name="wanted-2"\s+value="[^"]+ · limit_set.ASM"', empty) and "现行 a" in empty
    assert re.search(r'<option value="[^"]+ · limits.ASM.a.no_5025_ppm"\s+label="700 10⁻⁶">', empty)
    asked = {**ASSUMED, "since": "2026-01-01", "until": f"{clock.now():%Y-%m-%d}"}
    shown = client.post("/environment/what-if", asked).content.decode()
    assert "→ 1.0" in shown and "1 → 0" in shown and "鱼峰环保检测站" in shown
    assert client.post("/environment/what-if", {**asked, "format": "xlsx"}).content[:2] == b"PK"
    nothing = client.post("/environment/what-if", {**asked, "until": "2026-01-02"}).content.decode()
    assert "所选日期内没有检验" in nothing


def test_each_kind_of_value_is_assumed_from_its_day(city: City) -> None:
    values = {str(row["key"]): row for row in show_rows(load().at(date(2026, 11, 30), PLACE))}
    typed = {
        "limit_set.ASM": ("b", "b"),
        "limits.ASM.a.no_5025_ppm": ("500", 500),
        "asm.speed_tolerance_kmh": (" 1.5 ", 1.5),
        "bifuel.both": ("否", False),
        "advisory.ASM.hc_2540_ppm": ("无", []),
    }
    form = QueryDict(mutable=True)
    for number, (key, (text, _)) in enumerate(typed.items(), 1):
        form.update(
            {f"wanted-{number}": f"甲 · {key}", f"value-{number}": text, f"since-{number}": "2026-07-01"}
        )
    text = assumed(values, sent(values, form), PLACE)
    book = overlay(load(), text)
    for key, (_, value) in typed.items():
        (row,) = book.values[key]
        assert (list(row.value) if isinstance(row.value, tuple) else row.value) == value
        assert (row.since, row.place) == (date(2026, 7, 1), PLACE)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"wanted-1": "x"}, "哪项规定 1：请从列表中选择一项规定"),
        ({"value-1": "一"}, "假设为 1：请填数字"),
        ({"since-1": "x"}, "自（可空） 1：请填日期"),
        ({"wanted-2": "CO · limits.ASM.a.co_5025_pct", "value-2": "2"}, "同一项规定只填一次"),
        ({"wanted-2": "上路 · driving.pass_required", "value-2": "可能"}, "请填“是”或“否”"),
        ({"wanted-1": "", "value-1": ""}, "请从列表中选择一项规定"),
        ({"since": "x"}, "检验日期自：请填日期"),
    ],
)
def test_a_wrong_assumption_is_named_and_kept(city: City, change: dict[str, str], named: str) -> None:
    asked = {**ASSUMED, "since": "2026-01-01", "until": "2026-12-01", **change}
    answer = person("450200-environment").post("/environment/what-if", asked)
    text = answer.content.decode()
    assert answer.status_code == 422 and named in text
    assert all(f'value="{typed}"' in text for typed in asked.values() if typed)
    assert person("450200-transport").get("/environment/what-if").status_code == 403


@pytest.mark.parametrize("kind", ["transport", "market", "police", "supervisor"])
def test_other_departments_see_cases(failed: Case, kind: str) -> None:
    client = person(f"450200-{kind}")
    assert failed.case_no in client.get("/cases").content.decode()
    assert client.get("/desk/istation").status_code == 403
    assert client.post(f"/cases/{failed.case_no}/decide", {"sure": "1"}).status_code == 403


def test_nobody_else_gets_in(failed: Case) -> None:
    assert "/login" in Client().get("/cases")["Location"]
    assert person("450204002").get(f"/cases/{failed.case_no}").status_code == 404


def test_first_password_must_be_changed(city: City) -> None:
    create_user(
        "new", "a-long-password", Party.objects.get(code=NEAR), clock.now(), must_change_password=True
    )
    client = Client()
    wrong = client.post("/login", {"username": "new", "password": "x"})
    assert wrong.status_code == 422 and 'value="new"' in wrong.content.decode()
    client.post("/login", {"username": "new", "password": "a-long-password"})
    assert client.get("/desk/istation")["Location"] == "/password"
    new = {"new_password1": "another-long-one", "new_password2": "another-long-one"}
    assert client.post("/password", new).status_code == 422, "the former one is asked for"
    client.post("/password", {"former": "a-long-password", **new})
    assert client.get("/desk/istation").status_code == 200


def test_headers_and_no_inline_anything(failed: Case) -> None:
    page = Client().get(f"/c/{failed.owner_token}")
    assert "default-src 'self'" in page["Content-Security-Policy"]
    for template in PAGES.rglob("*.html"):
        text = template.read_text()
        # A script comes as a file of our own, after the page; nothing is written into the page.
        scripts = re.sub(r"<script src=\"\{% static '[\w/.]+' %\}\" defer></script>", "", text)
        assert "<script" not in scripts and " style=" not in text and "http://" not in text, template.name


def catalogue() -> dict[str, object]:
    with (PAGES / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    found = {}
    for message in messages:
        sentence = message.id if isinstance(message.id, str) else message.id[0]
        found[in_context(message.context, sentence) if message.context else sentence] = message.string
    return found


def test_every_sentence_has_its_english() -> None:
    known = catalogue()
    used = set().union(*map(of_template, sources(PAGES, ".html")), *map(of_code, sources(PAGES, ".py")))
    assert len(used) > 1000
    assert not sorted(sentence for sentence in used if not known.get(sentence))


def test_no_english_is_left_over() -> None:
    """A sentence that nobody says any more leaves the catalogue, too."""
    said = set().union(
        *map(of_template, sources(PAGES, ".html")),
        *map(constants, sources(PAGES.parent, ".py")),
        *map(of_code, sources(PAGES, ".py")),
    )
    assert sorted(catalogue().keys() - said) == []


def test_sentences_are_found_in_every_way_of_saying_them() -> None:
    page = """{% load i18n %}{% translate "甲" %}{% translate '乙' as x %}{{ x|default:_("丙") }}
{% blocktranslate with n=x %}丁 {{ n }} 高于 5 %{% endblocktranslate %}"""
    assert of_template(page) == {"甲", "乙", "丙", "丁 %(n)s 高于 5 %%"}
    assert of_template('{% load i18n %}{% translate "甲" context "many" %}') == {in_context("many", "甲")}
    assert of_code('_("戊" "己")\nf("庚")\n_(name)') == {"戊己"}
    assert of_code('pgettext_lazy("many", "辛")') == {in_context("many", "辛")}
    assert constants('A = "庚"') == {"庚"}


def test_punctuation_is_translated_too() -> None:
    """An English page shows no sign of the Chinese: 500.html is written in both languages by hand."""
    for template in PAGES.rglob("*.html"):
        if template.name not in ("403_csrf.html", "404.html", "500.html", "503.html"):
            assert not bare_signs(template.read_text()), template.name
    assert bare_signs('{% translate "甲：" %}：<p title="，">{{ x }}') == {"："}


def test_a_test_on_one_page(city: City, failed: Case) -> None:
    test_no = failed.vehicle.tests.get().test_no
    page = person("450200-environment").get(f"/tests/{test_no}", {"station": NEAR})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Σ(C·DF) / 10" in text and "≤ 0.50" in text and "<polyline" in text
    chart = json.loads(re.findall(r'<script id="trace" type="application/json">(.*?)</script>', text)[0])
    co = chart["channels"]["co_pct"]
    assert len(co["values"]) == 180 and {tuple(item["limits"]) for item in co["items"]} == {(0.5,), (0.4,)}
    assert chart["windows"] and chart["phase"][20] == "5025.sample"
    assert person(NEAR).get(f"/tests/{test_no}").status_code == 200
    assert person("450204002").get(f"/tests/{test_no}").status_code == 404


def test_the_chart_library_is_ours_to_serve(city: City) -> None:
    for file in ("vendor/echarts.min.js", "imloop/trace.js"):
        answer = Client().get(f"/static/{file}")
        assert answer.status_code == 200 and "javascript" in answer["Content-Type"], file
        assert answer.getvalue()
        answer.close()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("450200", "任何单位不得指定检验或维修地点。"),
        ("330100", "任何单位不得指定检验或维修地点（《浙江省机动车排气污染防治条例》 第三十五条）。"),
    ],
)
def test_the_footer_cites_a_clause_only_where_one_is_in_force(city: City, place: str, said: str) -> None:
    with override_settings(PLACE=place):
        footer = Client().get("/about").content.decode().partition("<footer>")[2]
    assert said in footer and "第三十六条" not in footer

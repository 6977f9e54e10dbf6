"""Pages of an outage: declared at a desk, a voucher reported by the station, what the owner and anyone read."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from imloop.exchange.signing import sign_voucher
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.steps.outages.voucher_stock import stock
from imloop.store.models import Case, Finding, Link, Outage, PaperUnlock, Party, Proposal, Voucher
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.messages.uploads import PLATE
from support.people import search
from support.stories.second_person import confirmed

OFFICE = f"{PLACE}-environment"


class People:
    """Whoever sits at a desk, at the moment the test names."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._clients: dict[str, Client] = {"": Client()}

    def at(self, text: str) -> None:
        moment: datetime = at(text)
        self._patch.setattr(clock, "now", lambda: moment)

    def of(self, code: str) -> Client:
        if code not in self._clients:
            client = Client()
            party = Party.objects.get(code=code)
            client.force_login(create_user(f"u-{code}", "a-long-password", party, clock.now()))
            self._clients[code] = client
        return self._clients[code]

    def reads(self, path: str, *, by: str = "") -> str:
        answer = self.of(by).get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())

    def permit(self) -> str:
        answer = search(self.of(NEAR), "/desk/istation/permit", {"plate": PLATE})
        return str(answer.content.decode())

    def posts(self, path: str, form: dict[str, object], *, by: str) -> tuple[int, str]:
        answer = self.of(by).post(path, form, follow=True)
        return answer.status_code, answer.content.decode()


@pytest.fixture
def people(city: City, monkeypatch: pytest.MonkeyPatch) -> People:
    """A failed vehicle, vouchers fetched the day before."""
    city.test("2026-03-02 09:00", co=0.9)
    stock(city.callers[NEAR], at("2026-03-03 08:00"), sign_voucher)
    found = People(monkeypatch)
    found.at("2026-03-04 10:00")
    return found


def declare(people: People, **more: object) -> tuple[int, str]:
    form = {"scope": "platform", "cause": "机房断电", "starts_at": "2026-03-04T09:40", "sure": "1", **more}
    return people.posts("/outages", form, by=OFFICE)


def voucher_form(**more: object) -> dict[str, object]:
    code = (
        Voucher.objects.filter(station__code=NEAR, day=at("2026-03-04 00:00").date()).order_by("pk")[0].code
    )
    form = {"what": "redeem", "code": code.lower(), "plate": PLATE, "shop": LISTED, "settlement_no": "J-77"}
    return {**form, "used_at": "2026-03-04T09:50", **more}


def test_declared_with_a_tick_told_on_every_page_and_ended(people: People) -> None:
    assert "机房断电" not in people.reads("/")
    status, text = declare(people, sure="")
    assert (status, "请勾选确认" in text, "机房断电" in text) == (422, True, True)
    for scope, label in (("link", "哪个联网环节"), ("place", "地区"), ("stations", "指定的检验机构")):
        status, text = declare(people, scope=scope, cause="", sure="")
        faults = text.split('id="faults"')[1].split("</ul>")[0]
        assert status == 422 and [word in faults for word in (label, "原因", "请勾选")] == [True] * 3, faults
    assert Outage.objects.count() == 0
    status, text = declare(people)
    number = Outage.objects.get().outage_no
    assert status == 200 and number in text
    case = Case.objects.get()
    for path, by in (("/", ""), ("/public/outages", ""), ("/desk/istation", NEAR), ("/work", OFFICE)):
        assert "机房断电" in people.reads(path, by=by), path
    owner = people.reads(f"/c/{case.owner_token}")
    assert "纸质凭证现在有效" in owner and "竣工出厂合格证" in owner
    people.at("2026-03-04 12:00")
    end = {"what": "end", "at": "2026-03-04T11:45", "sure": "1"}
    status, text = people.posts(f"/outages/{number}", end, by=OFFICE)
    assert status == 200 and "已结束" in text
    assert "机房断电" not in people.reads("/")
    assert "机房断电" in people.reads("/public/outages") and "2 小时 5 分" in people.reads("/public/outages")
    assert "纸质凭证现在有效" not in people.reads(f"/c/{case.owner_token}")


def test_a_banner_reaches_the_stations_it_concerns(people: People) -> None:
    declare(people, scope="stations", stations=[FAR])
    assert "机房断电" in people.reads("/desk/istation", by=FAR)
    assert "机房断电" not in people.reads("/desk/istation", by=NEAR)
    far = Party.objects.get(code=FAR).name
    list_of_anybody, list_of_office = people.reads("/public/outages"), people.reads("/outages", by=OFFICE)
    assert far in list_of_anybody and FAR not in list_of_anybody, "a name, not a code"
    file = people.of(OFFICE).get("/outages?format=csv").content.decode()
    assert "format=csv" in list_of_office and "机房断电" in file and far in file


def test_the_operator_unlocks_what_the_station_reads_out(people: People) -> None:
    declare(people)
    page = f"/outages/{Outage.objects.get().outage_no}"
    form = {"what": "unlock", "station": NEAR, "shop": LISTED, "plate": PLATE, "sure": "1"}
    status, text = people.posts(page, {**form, "reason": "覃检验员来电"}, by=OFFICE)
    assert status == 422 and "没有记下" in text and "覃检验员来电" in text
    status, text = people.posts(page, {**form, "certificate_no": "H-1", "reason": "覃检验员来电"}, by=OFFICE)
    row = PaperUnlock.objects.get()
    assert status == 200 and row.unlock_no in text and "等待补传维修记录" in text
    assert "凭纸质材料解锁" in people.permit()
    assert row.unlock_no in people.reads("/desk/mstation", by=LISTED)
    assert "H-1" in people.reads(f"/unlocks/{row.unlock_no}", by=OFFICE)
    assert people.of(FAR).get(f"/unlocks/{row.unlock_no}").status_code == 404


def test_paper_in_by_keyboard_unlock_by_voucher(people: People) -> None:
    declare(people)
    page = "/desk/istation/outage"
    text = people.reads(page, by=NEAR)
    assert "今天 5 张" in text and "打印登记纸表" in text
    status, text = people.posts(page, voucher_form(code="7K3Q-9MTA"), by=NEAR)
    assert status == 422 and "J-77" in text and PLATE in text
    status, text = people.posts(page, voucher_form(), by=NEAR)
    assert status == 200 and "已放行" in text and "今天 4 张" in text
    status, text = people.posts(page, voucher_form(plate="桂B99999"), by=NEAR)
    assert status == 422 and "不能再次使用" in text
    case = Case.objects.get()
    owner = people.reads(f"/c/{case.owner_token}")
    assert "已凭纸质材料放行" in owner and "等待维修站补传记录" in owner
    assert PaperUnlock.objects.get().unlock_no in people.reads(f"/cases/{case.case_no}", by=OFFICE)


def test_released_is_said_only_where_the_gate_agrees(people: People, city: City) -> None:
    """The record came before the voucher, with another number and papers missing: accepted, and the gate refuses."""
    declare(people)
    papers = {"settlement_no": "J-90", "certificate_no": "", "invoice_no": ""}
    city.repair("2026-03-03 16:00", now=at("2026-03-04 09:50"), documents=papers)
    status, text = people.posts("/desk/istation/outage", voucher_form(), by=NEAR)
    assert status == 200 and "已放行" not in text and "但现在不可复检" in text
    assert "不可复检" in people.permit()


def test_outside_an_outage_it_is_kept_and_the_desk_sees_it(people: People) -> None:
    status, text = people.posts("/desk/istation/outage", voucher_form(), by=NEAR)
    assert status == 200 and "尚未生效" in text and "没有对本站宣布过系统故障" in text
    number = PaperUnlock.objects.get().unlock_no
    assert number in people.reads("/outages", by=OFFICE)
    finding = Finding.objects.get(code="fallback-outside-outage")
    assert f"/unlocks/{number}" in people.reads(f"/findings/{finding.pk}", by=OFFICE)


def test_the_owner_reads_that_paper_and_record_are_the_same(people: People, city: City) -> None:
    declare(people)
    people.posts("/desk/istation/outage", voucher_form(), by=NEAR)
    city.test("2026-03-04 10:00", now=at("2026-03-04 10:10"))
    documents = {"settlement_no": "J-77", "certificate_no": "H-77", "invoice_no": "F-77"}
    city.repair("2026-03-03 16:00", documents=documents, now=at("2026-03-04 11:00"))
    case = Case.objects.get()
    assert case.state == "closed"
    assert "与维修站补传的记录一致" in people.reads(f"/c/{case.owner_token}")


def test_own_fault_is_reported_shown_to_the_office_and_over(people: People) -> None:
    form = {"what": "own-fault", "cause": "光缆被挖断", "starts_at": "2026-03-04T09:55", "sure": "1"}
    status, text = people.posts("/desk/istation/outage", form, by=NEAR)
    assert status == 200 and "光缆被挖断" in text
    assert "光缆被挖断" in people.reads("/outages", by=OFFICE)
    assert "光缆被挖断" not in people.reads("/public/outages")
    over = {"what": "own-fault-over", "outage_no": Outage.objects.get().outage_no}
    people.posts("/desk/istation/outage", over, by=NEAR)
    assert Outage.objects.get().ends_at is not None


def test_lines_that_fall_silent_together_ask_for_a_declaration(people: People) -> None:
    for code in (NEAR, FAR):
        station = Party.objects.get(code=code)
        for line in station.lines.all():
            seen = at("2026-03-04 09:30" if line.code == "01" else "2026-03-04 09:40")
            Link.objects.create(line=line, seen_at=seen, clock_skew_s=0, status="idle")
    work = people.reads("/work", by=OFFICE)
    assert "自 09:30 起像是系统故障" in work and "#declare" in work
    prefilled = people.reads("/outages?scope=platform&starts_at=2026-03-04T09:30", by=OFFICE)
    assert 'value="2026-03-04T09:30"' in prefilled
    declare(people)
    assert "像是系统故障" not in people.reads("/work", by=OFFICE)


def test_an_outage_nobody_ended_is_asked_about(people: People) -> None:
    declare(people)
    people.at("2026-03-05 09:00")
    assert "仍未宣布结束" in people.reads("/work", by=OFFICE)


def test_every_sentence_has_its_english(people: People) -> None:
    declare(people)
    people.posts("/desk/istation/outage", voucher_form(), by=NEAR)
    number, unlock = Outage.objects.get().outage_no, PaperUnlock.objects.get().unlock_no
    pages = [
        ("/outages", OFFICE),
        (f"/outages/{number}", OFFICE),
        (f"/unlocks/{unlock}", OFFICE),
        ("/desk/istation/outage", NEAR),
        ("/desk/mstation", LISTED),
        ("/public/outages", ""),
        (f"/c/{Case.objects.get().owner_token}", ""),
    ]
    for path, by in pages:
        people.of(by).cookies["django_language"] = "en"
        text = people.reads(path, by=by)
        assert "Outage" in text and "系统故障" not in text, path


def test_one_that_waits_is_ended_at_the_desk(people: People) -> None:
    """It is listed with its own form until its hour is noted; confirmed, it is over."""
    people.at("2026-12-03 10:00")
    form = {"scope": "platform", "cause": "机房断电", "starts_at": "2026-12-03T09:50", "sure": "1"}
    assert people.posts("/outages", form, by=OFFICE)[0] == 200
    row = Proposal.objects.get()
    people.at("2026-12-03 11:30")
    assert "等待确认的系统故障" in people.reads("/outages", by=OFFICE)
    ended = {"what": "end", "waiting": f"P{row.pk}", "at": "2026-12-03T11:00", "sure": "1"}
    assert people.posts("/outages", {**ended, "at": "2026-12-03T12:00"}, by=OFFICE)[0] == 422
    assert "记下结束时间" in people.reads("/outages", by=OFFICE)
    status, shown = people.posts("/outages", ended, by=OFFICE)
    assert status == 200 and "12-03 11:00" in shown and "记下结束时间" not in shown
    confirmed(row, at("2026-12-03 12:00"))
    assert Outage.objects.get().ends_at == at("2026-12-03 11:00")


def test_one_that_was_taken_back_says_so(people: People) -> None:
    row = Outage.objects.create(
        outage_no="O1",
        scope="platform",
        place=PLACE,
        cause="机房断电",
        starts_at=at("2026-12-03 10:00"),
        ends_at=at("2026-12-03 11:00"),
        declared_at=at("2026-12-03 10:00"),
        declared_by=OFFICE,
        taken_back_at=at("2026-12-03 12:00"),
    )
    people.at("2026-12-03 13:00")
    for path, by in (("/public/outages", ""), ("/outages", OFFICE), (f"/outages/{row.outage_no}", OFFICE)):
        assert "未获确认，已收回" in people.reads(path, by=by)

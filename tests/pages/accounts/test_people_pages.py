"""How people get in and stay out: invitations, wrong passwords, the second factor, sessions, a right lent."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pyotp
import pytest
from django.conf import settings
from django.test import Client

from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import (
    ApiKey,
    Delegation,
    Invitation,
    JournalEntry,
    LogInTry,
    OutboxEntry,
    Party,
    SecondFactor,
    User,
)
from support.city import LISTED, NEAR, City
from support.people import card

PASSWORD = "a-long-password"
OFFICE = "450200-environment"


class Time:
    """The platform's clock, moved by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
        patch.setattr(clock, "now", lambda: self.now)

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def user(name: str, party: str = OFFICE, *, head: bool = False) -> User:
    return create_user(name, PASSWORD, Party.objects.get(code=party), clock.now(), is_head=head)


def logged_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def try_(client: Client, name: str, password: str = PASSWORD) -> int:
    return client.post("/login", {"username": name, "password": password}).status_code


def test_an_invited_person_opens_one_account(city: City, time: Time) -> None:
    head = logged_in(user("wei", head=True))
    page = head.post("/people", {"name": "李四"}).content.decode()
    token = re.findall(r"/i/([\w-]+)", page)[0]
    assert token not in str(Invitation.objects.values()), "only its hash is kept"
    guest = Client()
    assert "李四" in guest.get(f"/i/{token}").content.decode()
    form = {
        "username": "lisi",
        "password": "quite-a-long-one",
        "again": "quite-a-long-one",
        "identity": card(1),
    }
    assert guest.post(f"/i/{token}", {**form, "again": "other"}).status_code == 422
    assert guest.post(f"/i/{token}", {**form, "username": "li for wei"}).status_code == 422
    weak = guest.post(f"/i/{token}", {**form, "password": "password12", "again": "password12"})
    assert weak.status_code == 422 and 'value="lisi"' in weak.content.decode()
    opened = guest.post(f"/i/{token}", form)["Location"]
    assert "账号已开通" in guest.get(opened).content.decode()
    assert "账号已开通" not in guest.get("/login").content.decode()
    assert User.objects.get(username="lisi").party == Party.objects.get(code=OFFICE)
    assert guest.get(f"/i/{token}").status_code == 404, "spent"
    assert try_(guest, "lisi", "quite-a-long-one") == 302


def test_an_invitation_ends_after_a_week_or_when_withdrawn(city: City, time: Time) -> None:
    head = logged_in(user("wei", head=True))
    links = [
        re.findall(r"/i/([\w-]+)", head.post("/people", {"name": "x"}).content.decode())[0] for _ in range(2)
    ]
    head.post("/people", {"what": "withdraw", "id": Invitation.objects.order_by("id")[0].pk})
    assert Client().get(f"/i/{links[0]}").status_code == 404
    assert Client().get(f"/i/{links[1]}").status_code == 200
    time.pass_(days=7)
    assert Client().get(f"/i/{links[1]}").status_code == 404


def test_only_heads_and_administrators_manage_people_and_only_their_own(city: City, time: Time) -> None:
    plain, head = logged_in(user("plain")), logged_in(user("wei", head=True))
    other = user("other", NEAR, head=True)
    assert plain.get("/people").status_code == 403
    assert head.get(f"/people/{other.username}").status_code == 404
    assert head.post(f"/people/{other.username}", {"what": "leave", "reason": "x"}).status_code == 404
    Party.objects.create(code="adm", kind="admin", name="系统管理", place="450200")
    admin = logged_in(user("root", "adm"))
    assert "other" in admin.get("/people", {"party": NEAR}).content.decode()


def test_leaving_ends_every_session_at_once(city: City, time: Time) -> None:
    head, gone = logged_in(user("wei", head=True)), user("gone")
    client = Client()
    try_(client, "gone")
    assert client.get("/work").status_code == 200
    assert head.post("/people/gone", {"what": "leave", "reason": " "}).status_code == 422
    head.post("/people/gone", {"what": "leave", "reason": "离职"})
    assert "/login" in client.get("/work")["Location"]
    assert try_(Client(), "gone") == 422
    head.post("/people/gone", {"what": "back", "reason": "返聘"})
    assert try_(Client(), "gone") == 302
    gone.refresh_from_db()
    assert gone.is_active


def test_a_party_keeps_a_head(city: City, time: Time) -> None:
    head = logged_in(user("wei", head=True))
    user("second")
    assert head.post("/people/wei", {"what": "no-head"}).status_code == 422
    head.post("/people/second", {"what": "head"})
    assert head.post("/people/wei", {"what": "no-head"}).status_code == 302
    assert head.get("/people").status_code == 403


def test_too_many_wrong_passwords_lock_the_name_and_nobody_learns_why(city: City, time: Time) -> None:
    user("wei")
    client = Client()
    words = set()
    for name in ("wei", "nobody"):
        for _ in range(settings.LOCKOUT_TRIES):
            words.add(
                client.post("/login", {"username": name, "password": "wrong"})
                .content.decode()
                .count("用户名或密码不对")
            )
    assert words == {2}  # above the form and at its field
    assert try_(client, "wei") == 422, "locked, though the password is right"
    assert try_(client, "WEI") == 422
    time.pass_(minutes=settings.LOCKOUT_MINUTES, seconds=1)
    assert try_(client, "wei") == 302


def test_a_right_password_in_time_starts_the_count_anew(city: City, time: Time) -> None:
    user("wei")
    for _ in range(3):
        for _ in range(settings.LOCKOUT_TRIES - 1):
            assert try_(Client(), "wei", "wrong") == 422
        time.pass_(seconds=5)
        assert try_(Client(), "wei") == 302
        time.pass_(seconds=5)


def test_the_owner_sees_failed_tries_and_an_administrator_unlocks(city: City, time: Time) -> None:
    user("wei")
    for _ in range(settings.LOCKOUT_TRIES):
        try_(Client(), "wei", "wrong")
    Party.objects.create(code="adm", kind="admin", name="系统管理", place="450200")
    admin = logged_in(user("root", "adm"))
    assert "暂停登录" in admin.get("/people", {"party": OFFICE}).content.decode()
    assert admin.post("/people/wei", {"what": "unlock", "reason": ""}).status_code == 422
    admin.post("/people/wei", {"what": "unlock", "reason": "本人来电"})
    client = Client()
    assert try_(client, "wei") == 302
    assert f"{settings.LOCKOUT_TRIES} 次未通过" in client.get("/work").content.decode()
    assert "127.0.0.1" in client.get("/account").content.decode()
    assert "次未通过" not in client.get("/work").content.decode(), "seen once"


def enrol(client: Client, who: User, time: Time) -> tuple[pyotp.TOTP, list[str]]:
    client.get("/account/second-factor")
    totp = pyotp.TOTP(SecondFactor.objects.get(user=who).secret)
    assert client.post("/account/second-factor", {"code": "000000"}).status_code == 422
    page = client.post("/account/second-factor", {"code": totp.at(int(time.now.timestamp()))})
    codes = re.findall(r"\b[0-9a-f]{10}\b", page.content.decode())
    assert len(codes) == 10
    time.pass_(seconds=60)
    return totp, codes


def test_a_second_factor_is_asked_and_each_code_is_good_once(city: City, time: Time) -> None:
    who = user("wei")
    totp, codes = enrol(logged_in(who), who, time)
    client = Client()
    assert client.post("/login", {"username": "wei", "password": PASSWORD})["Location"] == "/login/code"
    assert "/login" in client.get("/work")["Location"], "half way is not in"
    code = totp.at(int(time.now.timestamp()))
    assert client.post("/login/code", {"code": code}).status_code == 302
    assert client.get("/work").status_code == 200
    again = Client()
    try_(again, "wei")
    assert again.post("/login/code", {"code": code}).status_code == 422, "used"
    assert again.post("/login/code", {"code": codes[0].upper()}).status_code == 302
    third = Client()
    try_(third, "wei")
    assert third.post("/login/code", {"code": codes[0]}).status_code == 422, "a recovery code too"


def test_half_way_ends_after_five_minutes_and_wrong_codes_lock(city: City, time: Time) -> None:
    who = user("wei")
    totp, _ = enrol(logged_in(who), who, time)
    client = Client()
    try_(client, "wei")
    time.pass_(minutes=6)
    assert client.get("/login/code")["Location"] == "/login"
    for _ in range(settings.LOCKOUT_TRIES):
        try_(client, "wei")
        client.post("/login/code", {"code": "000000"})
    assert try_(client, "wei") == 422, "a right password does not wash wrong codes away"
    assert LogInTry.objects.filter(factor="code", passed=False).count() == settings.LOCKOUT_TRIES
    assert totp.secret


def test_departments_must_have_one_where_the_installation_says_so(
    city: City, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DEPARTMENT_TOTP", True)
    who = user("wei")
    client = logged_in(who)
    assert client.get("/work")["Location"] == "/account/second-factor"
    totp, _ = enrol(client, who, time)
    assert client.get("/work").status_code == 200
    code = totp.at(int(time.now.timestamp()))
    assert client.post("/account", {"what": "factor-off", "code": code}).status_code == 422
    assert logged_in(user("station", NEAR)).get("/desk/istation").status_code == 200


def test_an_administrator_resets_it_with_a_reason(city: City, time: Time) -> None:
    who = user("wei")
    enrol(logged_in(who), who, time)
    Party.objects.create(code="adm", kind="admin", name="系统管理", place="450200")
    admin = logged_in(user("root", "adm"))
    assert admin.post("/people/wei", {"what": "reset-factor", "reason": ""}).status_code == 422
    admin.post("/people/wei", {"what": "reset-factor", "reason": "手机丢失，本人到场"})
    assert try_(Client(), "wei") == 302
    assert JournalEntry.objects.filter(kind="second-factor-reset", subject="wei").exists()


def test_sessions_are_listed_and_ended(city: City, time: Time) -> None:
    user("wei")
    here, there, elsewhere = (
        Client(),
        Client(headers={"User-Agent": "Mozilla/5.0 (Windows) Firefox/140"}),
        Client(),
    )
    for client in (here, there, elsewhere):
        try_(client, "wei")
    text = here.get("/account").content.decode()
    assert "Firefox · Windows" in text and text.count("本机") == 1
    rows = re.findall(r'name="id" value="(\d+)"', text)
    here.post("/account", {"what": "end", "id": rows[0]})
    here.post("/account", {"what": "end-others"})
    assert here.get("/work").status_code == 200
    assert all("/login" in client.get("/work")["Location"] for client in (there, elsewhere))
    assert logged_in(user("other")).post("/account", {"what": "end", "id": rows[0]}).status_code == 422


def test_a_lent_right_ends_by_itself_and_is_named_in_the_journal(city: City, time: Time) -> None:
    head, colleague = logged_in(user("wei", head=True)), logged_in(user("li"))
    user("far", LISTED)
    day = (time.now + timedelta(days=3)).date().isoformat()
    for form in (
        {"taker": "far", "until": day, "reason": "x"},
        {"taker": "li", "until": "2026-03-02", "reason": "x"},
        {"taker": "li", "until": "2027-03-02", "reason": "x"},
        {"taker": "li", "until": day, "reason": " "},
    ):
        assert head.post("/account", {"what": "delegate", **form}).status_code in (404, 422), form
    assert colleague.get("/people").status_code == 403
    head.post("/account", {"what": "delegate", "taker": "li", "until": day, "reason": "出差"})
    assert colleague.get("/people").status_code == 200
    colleague.post("/people", {"name": "王五"})
    assert JournalEntry.objects.get(kind="invited").actor == f"{OFFICE}/li for wei"
    time.pass_(days=3)
    assert colleague.get("/people").status_code == 403


def test_a_lent_right_makes_no_head(city: City, time: Time) -> None:
    """What somebody did with it for five days: himself head, his giver none, a friend invited as head."""
    user("wei", head=True)
    head, colleague = logged_in(User.objects.get(username="wei")), logged_in(user("li"))
    user("zhao")
    until = (time.now + timedelta(days=5)).date().isoformat()
    head.post("/account", {"what": "delegate", "taker": "li", "until": until, "reason": "出差"})
    for path, form in (
        ("/people/li", {"what": "head"}),
        ("/people/wei", {"what": "no-head"}),
        ("/people/wei", {"what": "leave", "reason": "离职"}),
        ("/people", {"name": "同伙", "head": "1"}),
    ):
        answer = colleague.post(path, form)
        assert answer.status_code >= 400 and not Invitation.objects.exists(), (path, form)
    assert list(User.objects.filter(is_head=True).values_list("username", flat=True)) == ["wei"]
    assert head.post("/people/wei", {"what": "head"}).status_code >= 400
    colleague.post("/people", {"name": "新同事"})
    assert Invitation.objects.get().as_head is False
    head.post("/people/zhao", {"what": "head"})
    assert User.objects.get(username="zhao").is_head


def test_what_a_leaver_lent_sent_and_made_ends_or_is_named(city: City, time: Time) -> None:
    head, leaver = user("wei", head=True), user("sun", head=True)
    user("li")
    until = (time.now + timedelta(days=30)).date().isoformat()
    logged_in(leaver).post("/account", {"what": "delegate", "taker": "li", "until": until, "reason": "出差"})
    logged_in(leaver).post("/people", {"name": "新同事"})
    logged_in(leaver).post("/keys", {"what": "issue", "kind": "bearer", "note": "大厅"})
    made = ApiKey.objects.get(created_by=f"{OFFICE}/sun")
    assert "更换" not in logged_in(head).get("/keys").content.decode().split(made.key_id)[1][:120]
    logged_in(head).post("/people/sun", {"what": "leave", "reason": "调离"})
    assert Delegation.objects.get().ended_at == Invitation.objects.get().withdrawn_at == time.now
    entry = json.loads(JournalEntry.objects.get(kind="user-left").body)
    assert (entry["delegations_ended"], entry["invitations_withdrawn"]) == (1, 1)
    assert made.key_id in entry["keys"]
    told = OutboxEntry.objects.get(receiver=OFFICE, topic="keys-of-leaver")
    assert made.key_id in json.dumps(told.body)
    assert "更换" in logged_in(head).get("/keys").content.decode().split(made.key_id)[1][:120]
    logged_in(head).post("/people/sun", {"what": "back", "reason": "借调结束"})
    assert logged_in(User.objects.get(username="li")).get("/people").status_code == 403


def invited(head: Client, name: str, party: str = OFFICE) -> str:
    page = head.post(f"/people?party={party}", {"name": name}).content.decode()
    return re.findall(r"/i/([\w-]+)", page)[0]


def test_one_person_sits_on_one_side(city: City, time: Time) -> None:
    """A draw, a proposal and its confirmation are of two people: accounts are bound to who bears them."""
    environment, market = logged_in(user("wei", head=True)), logged_in(user("mo", "450200-market", head=True))
    station = logged_in(user("zhan", NEAR, head=True))
    form = {"password": "quite-a-long-one", "again": "quite-a-long-one"}

    def open_account(head: Client, name: str, identity: str, party: str = OFFICE) -> int:
        body = {**form, "username": name, "identity": identity}
        return Client().post(f"/i/{invited(head, name, party)}", body).status_code

    assert open_account(environment, "one", card(1)) == 302
    spaced = f" {card(1)[:6]} {card(1)[6:]} ".lower()
    assert open_account(market, "two", spaced, "450200-market") == 422
    assert open_account(station, "three", card(1), NEAR) == 422
    for wrong in ("", card(2)[:17] + ("1" if card(2)[17] != "1" else "2"), card(2)[:17], "无"):
        assert open_account(market, "four", wrong, "450200-market") == 422, wrong
    assert open_account(station, "five", "", NEAR) == 302
    assert not User.objects.filter(username__in=("two", "three", "four")).exists()
    assert card(1) not in str(User.objects.values()) + str(JournalEntry.objects.values())
    # Closed here, opened there; and not opened here again beside it.
    environment.post("/people/one", {"what": "leave", "reason": "调往市场监管"})
    assert open_account(market, "two", card(1), "450200-market") == 302
    environment.post("/people/one", {"what": "back", "reason": "调回"})
    assert not User.objects.get(username="one").is_active


def test_who_has_an_account_already_names_themselves_once(city: City, time: Time) -> None:
    first, second = logged_in(user("wei", head=True)), logged_in(user("mo", "450200-market"))
    assert first.post("/account", {"what": "name", "identity": card(5)}).status_code == 302
    assert second.post("/account", {"what": "name", "identity": card(5)}).status_code == 422
    assert first.post("/account", {"what": "name", "identity": card(6)}).status_code == 422
    Party.objects.create(code="adm", kind="admin", name="系统管理", place="450200")
    boss = logged_in(user("boss", "adm"))
    boss.post("/people/wei", {"what": "clear-identity", "reason": "号码登记错误"})
    assert first.post("/account", {"what": "name", "identity": card(6)}).status_code == 302
    assert second.post("/account", {"what": "name", "identity": card(5)}).status_code == 302

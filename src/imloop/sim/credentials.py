"""Keys and passwords of the demo: they lie in a file, so they end after 30 days, and the next start makes new ones."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from pathlib import Path

from imloop.facts.days import day_of
from imloop.sim.world.places import GUESTS
from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.keys import issue_key, revoke_key
from imloop.steps.accounts.leaving import close_account, reopen_account
from imloop.steps.ground.access import OFFICES
from imloop.store.models import ApiKey, Party, User

FILE = "demo-credentials.json"
LAST = timedelta(days=30)
_NOTE = "演示 demo"
_ENDED = "演示账号 30 天后失效 · demo accounts end after 30 days"
PEOPLE = {
    "istation": "韦晓芸",
    "mstation": "何志强",
    "environment": "覃文静",
    "transport": "莫立新",
    "market": "廖雅琴",
    "police": "蒙海波",
    "supervisor": "陆正明",
    "admin": "农思远",
}
"""Made-up people, by user name, which is their role; what departments did while the city was built, they did."""
COLLEAGUES = {
    "environment2": "黄秀兰",
    "transport2": "潘国栋",
    "market2": "石慧敏",
    "market3": "周文斌",
    "police2": "罗建平",
    "supervisor2": "谭春华",
    "environment3": "韦国强",
    "environment4": "梁月娥",
    "transport3": "卢志刚",
    "transport4": "欧阳静",
}
"""The second person of each department: what one proposes the other confirms. Departments that decide penalties have
four: two investigate, one reviews, the head decides; market supervision has three whom visits are drawn from."""
ROLES = (*PEOPLE, *COLLEAGUES)


def write_credentials(data_dir: Path, now: datetime, base_url: str) -> Path:
    """Keys for every party that uploads or asks, one person per role; the file is readable by its owner only. A
    department's key is that person's own, so that decisions can be tried from the command line."""
    until = day_of(now + LAST)
    users = {role: {"username": role, "password": _password(role, now)} for role in ROLES}
    holders = {_party_of(role).code: role for role in PEOPLE if role in OFFICES}
    keys = {
        party.code: issue_key(party, now, note=_NOTE, until=until, person=holders.get(party.code, ""))
        for party in Party.objects.order_by("code")
    }
    file = data_dir / FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    found = {"base_url": base_url, "until": until.isoformat(), "keys": keys, "users": users}
    file.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def renew_credentials(data_dir: Path, now: datetime, base_url: str) -> bool:
    """New ones where the last have ended, or were made by a version whose did not end. Returns whether it did."""
    if _still_good(day_of(now)):
        return False
    for key in ApiKey.objects.filter(pk__in=_without_end(data_dir)):
        revoke_key(key.key_id, now, reason=_ENDED)
    write_credentials(data_dir, now, base_url)
    return True


def end_accounts(now: datetime) -> int:
    """The demo's people when their days are over; the keys end by themselves. Returns how many were closed."""
    if not ApiKey.objects.filter(note=_NOTE).exists() or _still_good(day_of(now)):
        return 0
    people = list(User.objects.filter(username__in=ROLES, is_active=True))
    for person in people:
        close_account(person, _ENDED, now)
    return len(people)


def _still_good(day: date) -> bool:
    return ApiKey.objects.filter(note=_NOTE, until__gt=day).exists()


def _without_end(data_dir: Path) -> list[int]:
    """Those in the file that would work for ever."""
    try:
        known = json.loads((data_dir / FILE).read_text(encoding="utf-8"))["keys"].values()
    except (OSError, ValueError, KeyError):
        return []
    ids = [str(key).split("_")[1] for key in known]
    endless = ApiKey.objects.filter(key_id__in=ids, until__isnull=True, revoked_at__isnull=True)
    return list(endless.values_list("pk", flat=True))


def _password(role: str, now: datetime) -> str:
    """A new one, for a person who is made, or comes back."""
    password = secrets.token_urlsafe(12)
    person = User.objects.filter(username=role).first()
    if person is None:
        head = role in PEOPLE
        create_user(role, password, _party_of(role), now, name={**PEOPLE, **COLLEAGUES}[role], is_head=head)
        return password
    reopen_account(person, password, _ENDED, now)
    return password


def _party_of(role: str) -> Party:
    role = role.rstrip("234")
    guests = [code for code, _, _ in GUESTS]
    return Party.objects.filter(kind=role).exclude(code__in=guests).order_by("id")[0]

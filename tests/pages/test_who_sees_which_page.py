"""Every page by every kind of party, and by nobody: what ``docs/access.md`` says is what happens."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern

from imloop.pages.guard import EVERY_DESK, audience_of
from imloop.pages.urls import urlpatterns
from imloop.store.models import Party, PartyKind
from support.city import LISTED, NEAR, PLACE, City
from support.people import person

pytestmark = pytest.mark.one_database(
    "sqlite", reason="turned away by the table, before the page asks the database"
)
GUARDED = [pattern for pattern in urlpatterns if audience_of(pattern.callback)]
NEW = "commerce"
"""A kind of party that no page names yet: it is let in nowhere."""
OWN = ("/password", "/account/second-factor")
"""One's own log-in: what is missing before any desk opens."""
MARKED = re.compile(r"<(?:(\w+):)?\w+>")


@pytest.fixture(scope="module")
def desks(lasting: None) -> dict[str, Client]:
    City.build()
    Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=PLACE)
    Party.objects.create(code=f"{PLACE}-{NEW}", kind=NEW, name=NEW, place=PLACE)
    codes = {"istation": NEAR, "mstation": LISTED}
    return {kind: person(codes.get(kind, f"{PLACE}-{kind}")) for kind in (*EVERY_DESK, NEW)}


def address(pattern: URLPattern) -> str:
    return "/" + MARKED.sub(lambda mark: "1" if mark[1] == "int" else "x", str(pattern.pattern))


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda each: str(each.pattern))
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_wrong_kind_is_turned_away(
    db: None, desks: dict[str, Client], pattern: URLPattern, method: str
) -> None:
    path, allowed = address(pattern), audience_of(pattern.callback)
    stranger = getattr(Client(), method)(path)
    assert stranger.status_code == 302 and stranger["Location"].startswith("/login"), path
    for kind, client in desks.items():
        if kind not in allowed and path not in OWN:
            answer = getattr(client, method)(path)
            assert answer.status_code == 403 and "not-your-desk" in answer.content.decode(), (kind, path)


def test_every_page_says_for_whom_it_is() -> None:
    for pattern in urlpatterns:
        assert set(audience_of(pattern.callback)) <= set(EVERY_DESK), pattern

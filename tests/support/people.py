"""People at the pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Party, User


def clerk(party: Party) -> str:
    """The user name of the person in whose name a department's key of the stories acts; they never log in."""
    name = f"clerk-{party.code}"
    User.objects.get_or_create(username=name, defaults={"party": party, "password": "!"})
    return name


def card(count: int) -> str:
    """A sound identity card number, another for each count up to 999."""
    number = f"45020019900307{count:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))
    # GB 11643: number and check sign together leave 1 when divided by 11.
    return number + next(sign for sign in "0123456789X" if (total + "0123456789X".index(sign)) % 11 == 1)


def person(code: str, *, name: str = "", head: bool = False, csrf: bool = False) -> Client:
    """A window of a new person of the party of that code, logged in; called ``u-CODE`` where no name is given.

    ``head``: manages the party's people. ``csrf``: forms need their token, as in a real browser.
    """
    window = Client(enforce_csrf_checks=csrf)
    party = Party.objects.get(code=code)
    window.force_login(create_user(name or f"u-{code}", "a-long-password", party, clock.now(), is_head=head))
    return window


def search(window: Client, path: str, asked: dict[str, str]) -> HttpResponse:
    """The answer to a question about a vehicle, sent as the page's form is, and to where it leads."""
    answer: HttpResponse = window.post(path, {"what": "ask", **asked}, follow=True)
    return answer

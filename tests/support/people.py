"""People at the pages."""

from __future__ import annotations

from django.test import Client

from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Party


def person(code: str, *, name: str = "", head: bool = False, csrf: bool = False) -> Client:
    """A window of a new person of the party of that code, logged in; called ``u-CODE`` where no name is given.

    ``head``: manages the party's people. ``csrf``: forms need their token, as in a real browser.
    """
    window = Client(enforce_csrf_checks=csrf)
    party = Party.objects.get(code=code)
    window.force_login(create_user(name or f"u-{code}", "a-long-password", party, clock.now(), is_head=head))
    return window

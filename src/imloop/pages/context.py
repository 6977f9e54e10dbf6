"""Variables for every template."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from imloop.pages.menu import menu
from imloop.steps.accounts.admitted import admitted_or_none
from imloop.steps.journal.demo_mark import is_demo


def site(request: HttpRequest) -> dict[str, object]:
    """``menu``: that of the person's desk; it and ``is_demo`` are asked only where a template asks for them."""

    def own_menu() -> object:
        caller = admitted_or_none(request.user)
        return [] if caller is None else menu(caller)

    return {
        "place": settings.PLACE,
        "is_demo": is_demo,
        "large_text": request.COOKIES.get("large_text") == "1",
        "menu": own_menu,
    }

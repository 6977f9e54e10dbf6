"""Variables for every template."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from imloop.pages.menu import menu
from imloop.steps.ground.access import caller_of
from imloop.store.models import User


def site(request: HttpRequest) -> dict[str, object]:
    """``menu``: that of the person's desk, made only where a template asks for it."""
    return {
        "place": settings.PLACE,
        "large_text": request.COOKIES.get("large_text") == "1",
        "menu": lambda: menu(caller_of(request.user)) if isinstance(request.user, User) else [],
    }

"""Variables for every template."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {"place": settings.PLACE, "large_text": request.COOKIES.get("large_text") == "1"}

"""Every code of a refusal with its words: where the ``type`` of a problem+json leads."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from imloop.facts.text import Text
from imloop.pages.guard import public, words

_CODES = Path(__file__).with_name("codes.ndjson")
"""Written by ``make docs`` from the source."""


@public
def errors(request: HttpRequest) -> HttpResponse:
    return render(request, "public/errors.html", {"codes": [(code, words(text)) for code, text in _codes()]})


@lru_cache(maxsize=1)
def _codes() -> tuple[tuple[str, Text], ...]:
    lines = _CODES.read_text(encoding="utf-8").splitlines()
    return tuple((code, Text(chinese, english)) for code, chinese, english in map(json.loads, lines))

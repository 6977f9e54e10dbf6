"""Numbers of others in addresses and names of files. New ones have one alphabet (``identifiers.is_number``); what was
stored before may hold a slash, a quote or a line break, and stays reachable."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.urls import register_converter
from django.urls.converters import StringConverter

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class _Number(StringConverter):
    """``<number:…>`` in a path: a sender's own number, whatever signs it has."""

    regex = r"[\s\S]+"


register_converter(_Number, "number")


def in_address(number: str) -> str:
    """As one part of an address."""
    return quote(number, safe="")


def disposition(name: str, *, inline: bool = False) -> str:
    """The header ``Content-Disposition`` for a file of that name (RFC 6266, RFC 8187): plain for old programs, whole
    for all others."""
    name = " ".join(name.split())
    kind, plain = "inline" if inline else "attachment", _UNSAFE.sub("_", name)
    return f'{kind}; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{in_address(name)}")

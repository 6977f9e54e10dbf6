"""One line of a desk's menu, as the subject it leads to writes it into its ``urls.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

OWN = "{own}"
"""Stands in an address for the code of the party at the desk."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """``places``: whose desks have the entry (``PartyKind``), and where: the smallest number comes first.
    Numbers are ten apart, so that a new entry finds room between two others;
    no two entries of a desk have the same."""

    url: str
    label: Promise
    places: Mapping[str, int]

"""A photograph of a repair on its way: whose it is, and where it goes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photograph of a repair: its own bytes, the repair's number and the name that the record gives it. ``file``:
    where it will lie once it is taken."""

    repair_no: str
    name: str
    body: bytes
    file: str = ""

    @property
    def address(self) -> str:
        return address_of(self.repair_no, self.name)

    @property
    def digest(self) -> str:
        """The same picture of another repair is another item."""
        return hashlib.sha256(self.address.encode() + b"\n" + self.body).hexdigest()


def address_of(repair_no: str, name: str) -> str:
    """Where the platform takes it, below ``/api/v1``."""
    return f"repairs/files?repair_no={quote(repair_no, safe='')}&name={quote(name, safe='')}"

"""Where a receiver's files go by SFTP, read from ``sftp://user@host[:port]/folder``."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """``folder``: absolute, as the server sees it, without a slash at the end."""

    user: str
    host: str
    port: int
    folder: str


def sftp_address(address: str) -> SftpAddress | None:
    """None when it is no such address. A password is never part of it: an address is shown and journalled."""
    try:
        parts = urlsplit(address)
        port = parts.port or 22
    except ValueError:
        return None
    whole = parts.username and parts.hostname and parts.path.startswith("/")
    if parts.scheme != "sftp" or not whole or parts.password is not None or parts.query or parts.fragment:
        return None
    return SftpAddress(
        unquote(parts.username or ""), parts.hostname or "", port, unquote(parts.path).rstrip("/")
    )

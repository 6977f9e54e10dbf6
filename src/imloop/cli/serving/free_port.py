"""Refuse a port that somebody listens on: two servers on one port would each get some of the calls."""

from __future__ import annotations

import errno
import socket

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text


def require_free(host: str, port: int) -> None:
    """``Conflict`` when the address is in use; any other reason not to have it is the system's own ``OSError``."""
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one just closed is free
            try:
                tried.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                raise Conflict(
                    "port-in-use",
                    Text(
                        f"{host}:{port} 已有程序在监听：先停止它，或用 --port 另选端口。",
                        f"Something listens on {host}:{port} already: stop it, or choose another --port.",
                    ),
                ) from None

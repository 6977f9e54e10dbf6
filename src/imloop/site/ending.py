"""Ends connections by which nothing goes on: of requests that were answered before their body had come, and which the
other side keeps; and of answers of which the other side takes nothing.

The server does not let go of them by itself, nor does it tell which connection a request came by. They are found by
what the system knows of each socket: it is of that address, and nothing was sent on it since that answer. (Another one
of the same address that is silent since that very moment may be ended, too: it is idle, and its client comes back.)
Linux only; elsewhere such a connection stays for as long as its client likes, and its body counts as on its way.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from pathlib import Path

PAUSE = 3.0
"""Seconds that the other side has to hang up by itself."""
_SENT = 44
"""Where ``struct tcp_info`` says how many milliseconds ago the last data was sent."""
_SLACK = 0.1
"""Seconds by which that may be wrong."""


def end_silent(since: dict[str, float], now: float) -> int:
    """Ends each address's connections on which something was sent since a moment (of ``time.monotonic``, as ``now``),
    but nothing within the last pause; returns how many."""
    since = {_plain(address): moment for address, moment in since.items()}
    return sum(_end(found, since, now) for found in _sockets())


def end_deaf(seconds: float) -> None:
    """From now on the system itself ends a connection of whose answer nothing was taken for so long: those that are
    open, and, as they have what the socket has that listens, all that come."""
    with ExitStack() as stack:
        found = [stack.enter_context(each) for each in _sockets()]
        ours = {
            each.getsockname()[1]
            for each in found
            if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        }
        for each in found:
            with suppress(OSError):
                if each.getsockname()[1] in ours:
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(seconds * 1000))


def _end(found: socket.socket, since: dict[str, float], now: float) -> bool:
    with found, suppress(OSError, ValueError, struct.error):
        answered = since.get(_plain(str(found.getpeername()[0])))
        if answered is None:
            return False
        told = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        sent = now - struct.unpack_from("I", told, _SENT)[0] / 1000
        if answered - _SLACK <= sent <= now - PAUSE + 2 * _SLACK:
            found.shutdown(socket.SHUT_RDWR)
            return True
    return False


def _sockets() -> Iterator[socket.socket]:
    """Every TCP connection of this process, each as a copy that the caller closes."""
    for name in Path("/proc/self/fd").glob("*"):
        with suppress(OSError):
            if not str(name.readlink()).startswith("socket:"):
                continue
            found = socket.socket(fileno=os.dup(int(name.name)))
            if found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM:
                yield found
            else:
                found.close()


def _plain(address: str) -> str:
    """An IPv4 address as such, also where a socket for both gives it as one of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(getattr(found, "ipv4_mapped", None) or found)

"""Refuse a port that somebody listens on: two servers on one port would each get some of the calls."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

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
                raise _in_use(host, port) from None


def _in_use(host: str, port: int) -> Conflict:
    who = listener(port)
    return Conflict(
        "port-in-use",
        Text(
            f"{host}:{port} 已有程序在监听{f'（{who}）' if who else ''}：先停止它，或用 --port 另选端口。",
            f"{who or 'Something'} listens on {host}:{port} already: stop it, or choose another --port.",
        ),
    )


def listener(port: int) -> str:
    """``pid 4711: imloop serve …`` of whoever listens on a TCP port; empty where the system does not tell (another
    user's process, or no Linux)."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(each.readlink()) in sockets for each in (process / "fd").iterdir()):
                command = (process / "cmdline").read_bytes().decode(errors="replace")
                return f"pid {process.name}: {' '.join(command.split(chr(0)))[:100].strip()}"
        except OSError:  # not ours to look into, or gone meanwhile
            continue
    return ""


def _listening(port: int) -> Iterator[str]:
    """Inodes of the sockets that listen on the port, as the kernel lists them: address, state 0A, …, inode."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]

"""Heartbeats of the station's lines, each minute, with the number of waiting messages and the station's clock."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from imloop.agent.sending.platform import Answer, Platform
from imloop.agent.spool import Item, Kind, Spool

_TOLD = ("status", "sequence", "software", "software_sha256")


class Lines:
    """What each line last said of itself; kept in memory, for a heartbeat is only about now.

    ``codes``: lines that are reported even while their software sends nothing; ``software``: what they all run, if
    known."""

    def __init__(
        self, station: str, codes: Iterable[str] = (), software: Mapping[str, str] | None = None
    ) -> None:
        self.station = station
        self._lock = threading.Lock()
        self._software = dict(software or {})
        self._signs: dict[str, dict[str, Any]] = {code: {} for code in codes}

    def told(self, line: Mapping[str, Any]) -> None:
        """A line's own heartbeat, as its software sent it."""
        with self._lock:
            sign = self._signs.setdefault(str(line["line"]), {})
            sign |= {key: line[key] for key in _TOLD if line.get(key) is not None}

    def learn(self, spool: Spool, item: Item) -> None:
        """A message was taken in: the number of a test is its line's last one."""
        if item.kind != Kind.TEST:
            return
        message = msgspec.json.decode(spool.body(item.id))
        code, sequence = message.get("line"), message.get("sequence")
        if isinstance(code, str) and code:
            with self._lock:
                sign = self._signs.setdefault(code, {})
                if isinstance(sequence, int):
                    sign["sequence"] = max(sequence, sign.get("sequence", sequence))

    def heartbeat(self, spooled: int, now: datetime) -> bytes | None:
        """The message; None while no line is known (an M-station has none)."""
        with self._lock:
            signs = [
                {
                    "line": code,
                    "status": "idle",
                    **self._software,
                    **sign,
                    "clock": now.isoformat(),
                    "spooled": spooled,
                }
                for code, sign in self._signs.items()
            ]
        return msgspec.json.encode({"station": self.station, "lines": signs}) if signs else None


def beat(lines: Lines, spool: Spool, platform: Platform, now: datetime) -> Answer | None:
    """Send one heartbeat; None: there was nothing to tell. Raises ``NoNetwork``."""
    message = lines.heartbeat(spool.figures().waiting_tests, now)
    return None if message is None else platform.post("heartbeats", message, now)

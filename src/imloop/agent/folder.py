"""A watched folder: station software that only writes files needs nothing else.

A file is taken once it has kept its size and time for a while, and is not empty; names that begin with a dot or end in
``.tmp``, ``.part`` or ``~`` are still being written. Taken files go to ``done/DAY/``, what cannot be accepted to
``refused/`` with its reason beside. While the spool is full, files stay where they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from imloop.agent.inlet import take
from imloop.agent.spool import Item, Spool, State
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text

_UNFINISHED = (".tmp", ".part", "~")
LARGEST = 16 * 2**20
"""Bytes; the longest test with every column is far below a tenth of it."""


class Folder:
    """``settle``: seconds a file must stay as it is; ``taken`` hears of every new item."""

    def __init__(
        self, path: Path, spool: Spool, settle: float = 3.0, taken: Callable[[Item], None] = lambda _: None
    ) -> None:
        self.path, self.spool, self._settle, self._taken = path, spool, timedelta(seconds=settle), taken
        self._seen: dict[Path, tuple[tuple[int, int], datetime]] = {}
        path.mkdir(parents=True, exist_ok=True)

    def look(self, now: datetime) -> int:
        """One look: take what has stayed as it is, oldest first. How many files were taken."""
        before, self._seen = self._seen, {}
        taken = 0
        for file, sign in sorted(self._files(), key=lambda each: (each[1][1], each[0].name)):
            known, since = before.get(file, (sign, now))
            self._seen[file] = (sign, since if known == sign else now)
            if now - self._seen[file][1] >= self._settle:
                taken += self._take(file, now)
        return taken

    def _files(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for entry in os.scandir(self.path):
            finished = not entry.name.startswith(".") and not entry.name.lower().endswith(_UNFINISHED)
            if finished and entry.is_file(follow_symlinks=False):
                facts = entry.stat()
                if facts.st_size:
                    yield Path(entry.path), (facts.st_size, facts.st_mtime_ns)

    def _take(self, file: Path, now: datetime) -> int:
        target = _free(self.path / "done" / f"{now:%Y-%m-%d}" / file.name)
        try:
            if file.stat().st_size > LARGEST:
                raise too_large()
            item, fresh = take(self.spool, file.read_bytes(), now, file=str(target))
        except Refusal as refusal:
            if refusal.code != "spool-full":
                self._put_aside(file, reason(refusal))
            return 0
        except OSError:
            return 0  # still locked by its writer: the next look finds it again
        _move(file, target)
        if fresh:
            self._taken(item)
        answered = self.spool.get(item.id)
        if answered is not None and answered.state == State.REFUSED:
            self.refused(answered)  # the platform was quicker than the move
        return 1

    def refused(self, item: Item) -> None:
        """The platform will not have an item: its file joins those of ``refused/``, the platform's words beside."""
        if item.file and Path(item.file).exists():
            self._put_aside(Path(item.file), self.spool.answer(item.id))

    def _put_aside(self, file: Path, words: bytes) -> None:
        target = _free(self.path / "refused" / file.name)
        _move(file, target)
        target.with_name(f"{target.name}.reason.json").write_bytes(words)


def reason(refusal: Refusal) -> bytes:
    """A refusal in the shape of the platform's ``problem+json``."""
    return msgspec.json.encode(
        {
            "code": refusal.code,
            "detail": refusal.text.zh,
            "detail_en": refusal.text.en,
            "errors": [each.to_json() for each in refusal.problems],
        }
    )


def too_large() -> Refusal:
    return Malformed("too-large", Text(f"报文超过 {LARGEST} 字节。", f"The body exceeds {LARGEST} bytes."))


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(file, target)  # noqa: PTH105 - the same on Windows, whatever is there


def _free(path: Path) -> Path:
    """The path, or one with a number where that name is taken."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found

"""Watch a folder, for station software that can only write files.

A file is taken once it has kept its size and time for a while, and is not empty; names that begin with a dot or end in
``.tmp``, ``.part`` or ``~`` are still being written. Taken files go to ``done/DAY/``, what cannot be accepted to
``refused/`` with its reason beside. While the spool is full, files stay where they are.

A file that stays closed to the agent for some minutes lies apart, too. What bears the name of one of these two folders
is named otherwise first: it would stand in the way of all others.

A photograph lies beside the message of its repair, which names it; the message waits a while for it. One that comes
later is still sent; one that nobody names is moved to ``refused/`` in the end.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import structlog

from imloop.agent.inlets.inlet import pictures_of, take
from imloop.agent.photo import Photo, address_of
from imloop.agent.spool import Item, Spool, State
from imloop.facts.pictures import LARGEST as PICTURE
from imloop.facts.pictures import is_picture, media_type
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text

log = structlog.get_logger("imloop.agent")
_BYTES = re.compile("[\udc80-\udcff]")
_UNFINISHED = (".tmp", ".part", "~")
LARGEST = 16 * 2**20
"""Bytes; the longest test with every column is far below a tenth of it."""
PATIENCE, NOBODYS = timedelta(minutes=5), timedelta(days=1)
"""How long a repair waits for a photograph that it names, and a locked file for its writer; and how long a photograph
waits for a repair that names it."""
DONE, REFUSED, REASON = "done", "refused", ".reason.json"
_LONGEST_NAME = 200
"""Bytes; file systems take 255, and a number and ``REASON`` are put behind it."""
Pictures = dict[str, Path]


class Folder:
    """``settle``: seconds a file must stay as it is; ``taken`` is called for every new item."""

    def __init__(
        self, path: Path, spool: Spool, settle: float = 3.0, taken: Callable[[Item], None] = lambda _: None
    ) -> None:
        self.path, self.spool, self._settle, self._taken = path, spool, timedelta(seconds=settle), taken
        self._seen: dict[Path, tuple[tuple[int, int], datetime]] = {}
        path.mkdir(parents=True, exist_ok=True)

    def look(self, now: datetime) -> int:
        """Look once: take files that have stopped changing, oldest first. Returns how many were taken."""
        self._clear_the_way()
        before, self._seen = self._seen, {}
        settled: list[Path] = []
        for file, sign in sorted(self._files(), key=lambda each: (each[1][1], each[0].name)):
            known, since = before.get(file, (sign, now))
            self._seen[file] = (sign, since if known == sign else now)
            if now - self._seen[file][1] >= self._settle:
                settled.append(file)
        pictures = {file.name: file for file in settled if is_picture(file.name)}
        messages = [file for file in settled if not is_picture(file.name)]
        taken = sum(self._alone(file, partial(self._take, file, now, pictures)) for file in messages)
        late = [file for file in pictures.values() if file.exists()]
        return taken + sum(self._alone(file, partial(self._take_late, file, now)) for file in late)

    def _clear_the_way(self) -> None:
        for place in (self.path / DONE, self.path / REFUSED):
            if os.path.lexists(place) and not place.is_dir():
                with contextlib.suppress(OSError):  # still locked by its writer
                    _move(place, _free(place.with_name(f"{place.name}-1")))

    def _alone(self, file: Path, taking: Callable[[], int]) -> int:
        """Whatever a file does, the others are taken: one that cannot be dealt with lies apart. What is the fault of a
        disk stays where it is, for the next look."""
        try:
            return taking()
        except OSError:
            return 0  # still locked by its writer
        except sqlite3.Error as error:
            log.error("spool", exc_info=error)
            return 0
        except Exception as error:  # nothing that a file can hold may stop the others
            log.error("file", name=_plain(file.name), exc_info=error)
            with contextlib.suppress(OSError):
                self._put_aside(file, reason(_unexpected(error)))
            return 0

    def _files(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for entry in os.scandir(self.path):
            finished = not entry.name.startswith(".") and not entry.name.lower().endswith(_UNFINISHED)
            try:
                facts = entry.stat() if finished and entry.is_file(follow_symlinks=False) else None
            except OSError:  # gone, or locked
                continue
            if facts is not None and facts.st_size:
                yield Path(entry.path), (facts.st_size, facts.st_mtime_ns)

    def _take(self, file: Path, now: datetime, pictures: Pictures) -> int:
        target = _free(self._done(file.name, now))
        try:
            if file.stat().st_size > LARGEST:
                raise too_large()
            body = self._read(file, now)
            repair_no, names = pictures_of(body)
            missing = self._missing(repair_no, names, pictures)
            if missing and now - self._seen[file][1] < self._settle + PATIENCE:
                return 0
            photos = self._photographs(names, pictures, now)
            item, fresh = take(self.spool, body, now, file=str(target), photos=photos)
        except Refusal as refusal:
            if refusal.code != "spool-full":
                self._put_aside(file, reason(refusal))
            return 0
        for name in missing:
            self.spool.note(f"photo:{name}", f"{now.isoformat()} {repair_no}")
        self._move_photographs(repair_no, photos, pictures)
        _move(file, target)  # last: what is still here is looked at again
        if fresh:
            self._taken(item)
        answered = self.spool.get(item.id)
        if answered is not None and answered.state == State.REFUSED:
            self.refused(answered)  # the platform answered before the file was moved
        return 1

    def _done(self, name: str, now: datetime) -> Path:
        return self.path / DONE / f"{now:%Y-%m-%d}" / _plain(name)

    def _missing(self, repair_no: str, names: list[str], pictures: Pictures) -> list[str]:
        """Named, neither here nor taken already."""
        return [
            name
            for name in names
            if name not in pictures and self.spool.by_address(address_of(repair_no, name)) is None
        ]

    def _photographs(
        self, names: list[str], pictures: Pictures, now: datetime
    ) -> dict[str, tuple[bytes, str]]:
        """Those that are here. What the platform would refuse is moved away, and the repair is sent without it."""
        found = {}
        for name in names:
            file = pictures.get(name)
            if file is None or not file.exists():
                continue
            try:
                found[name] = self._picture(file, now), str(_free(self._done(name, now)))
            except Malformed as refusal:
                with contextlib.suppress(OSError):  # a photograph that nobody can move holds no repair
                    self._put_aside(file, reason(refusal))
        return found

    def _move_photographs(
        self, repair_no: str, photos: dict[str, tuple[bytes, str]], pictures: Pictures
    ) -> None:
        """To where the spool knows them; one that the platform refused meanwhile goes on to the refused."""
        for name, (_, place) in photos.items():
            _move(pictures[name], Path(place))
            sent = self.spool.by_address(address_of(repair_no, name))
            if sent is not None and sent.state == State.REFUSED:
                self.refused(sent)

    def _read(self, file: Path, now: datetime) -> bytes:
        """A file that its writer has locked is waited for; one that stays closed is a bad one."""
        try:
            return file.read_bytes()
        except OSError as error:
            if now - self._seen[file][1] < self._settle + PATIENCE:
                raise
            raise _unexpected(error) from error

    def _picture(self, file: Path, now: datetime) -> bytes:
        if file.stat().st_size > PICTURE:
            raise too_large(PICTURE)
        body = self._read(file, now)
        media_type(body)
        return body

    def _take_late(self, file: Path, now: datetime) -> int:
        """Take a photograph whose repair was sent without it, or keep one that no repair has named so far. Cameras use
        their names again: first another repair that names it may come, and what was missed a day ago is missed."""
        lain = now - self._seen[file][1] - self._settle
        since, _, repair_no = self.spool.fact(f"photo:{file.name}").partition(" ")
        missed = bool(repair_no) and now - datetime.fromisoformat(since) < NOBODYS
        try:
            if not missed and lain >= NOBODYS:
                raise _nobodys()
            if not missed or lain < PATIENCE:
                return 0
            target = _free(self._done(file.name, now))
            photo = Photo(
                repair_no=repair_no, name=file.name, body=self._picture(file, now), file=str(target)
            )
            self.spool.put_photo(photo, now)
        except Refusal as refusal:
            if refusal.code != "spool-full":
                self._put_aside(file, reason(refusal))
            return 0
        self.spool.note(f"photo:{file.name}", "")
        _move(file, target)
        return 1

    def refused(self, item: Item) -> None:
        """The platform refused an item: its file moves to ``refused/``, with the platform's reason beside it."""
        if item.file and Path(item.file).exists():
            self._put_aside(Path(item.file), self.spool.answer(item.id))

    def _put_aside(self, file: Path, words: bytes) -> None:
        target = _free(self.path / REFUSED / _plain(file.name), beside=REASON)
        _move(file, target)
        target.with_name(f"{target.name}{REASON}").write_bytes(words)


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


def too_large(limit: int = LARGEST) -> Malformed:
    return Malformed("too-large", Text(f"报文超过 {limit} 字节。", f"The body exceeds {limit} bytes."))


def _unexpected(error: Exception) -> Malformed:
    kind = type(error).__name__
    return Malformed(
        "file-unreadable",
        Text(
            f"采集端无法处理这个文件（{kind}），已另放；其他文件照常上传。",
            f"The agent cannot deal with this file ({kind}); it lies apart, and the others are sent.",
        ),
    )


def _plain(name: str) -> str:
    """The name in letters: other systems write names in GB 18030, which this one shows as bytes, and in more of them
    than it had. What is too long is cut in the middle."""
    plain = os.fsencode(name).decode("gb18030", "replace") if _BYTES.search(name) else name
    if len(plain.encode()) <= _LONGEST_NAME:
        return plain
    stem, suffix = plain.encode()[: _LONGEST_NAME - 20], plain.encode()[-20:]
    return f"{stem.decode(errors='ignore')}~{suffix.decode(errors='ignore')}"


def _nobodys() -> Malformed:
    return Malformed(
        "picture-unnamed",
        Text(
            "没有维修报文在 documents.photos 中写明这个文件名。",
            "No repair lists this file in documents.photos.",
        ),
    )


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(file, target)  # noqa: PTH105 - the same on Windows, whatever is there


def _free(path: Path, beside: str = "") -> Path:
    """The path, or one with a number where that name is taken, or what will lie ``beside`` it."""
    number, found = 1, path
    while found.exists() or (beside and found.with_name(f"{found.name}{beside}").exists()):
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found

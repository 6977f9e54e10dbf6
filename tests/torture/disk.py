"""What SQLite does to its files, recorded inside the very library the platform uses; and what a power cut leaves of it.

SQLite reaches the disk through a table of functions (its VFS). A copy of the default one is registered in its place,
with write, truncate and sync noted before they go on. After a cut, everything before a file's last sync is there; of
what was written since, each sector of 512 bytes may have arrived or not, in any order.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import random
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_MAIN_DB, _JOURNAL, _WAL = 0x100, 0x800, 0x80000

_Open = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_Delete = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_Write = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = ctypes.CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(ctypes.Structure):
    _fields_ = (
        [("iVersion", c_int), ("szOsFile", c_int), ("mxPathname", c_int), ("pNext", c_void_p)]
        + [("zName", c_char_p), ("pAppData", c_void_p), ("xOpen", c_void_p), ("xDelete", c_void_p)]
        + [(f"other{number}", c_void_p) for number in range(16)]
    )


class _Methods(ctypes.Structure):
    _fields_ = (
        [("iVersion", c_int)]
        + [(name, c_void_p) for name in ("xClose", "xRead", "xWrite", "xTruncate", "xSync")]
        + [(f"other{number}", c_void_p) for number in range(13)]
    )


@dataclass(frozen=True, slots=True)
class Step:
    """``kind``: write, truncate, sync or delete; ``at``: offset or new size."""

    file: str
    kind: str
    at: int = 0
    data: bytes = b""


class Recorder:
    """``install()`` before the first connection of the process; then ``steps`` grows with all it writes."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.recording = False
        self._names: dict[int, str] = {}
        self._kept: list[object] = []  # what C holds pointers to

    def install(self) -> None:
        library = ctypes.CDLL(ctypes.util.find_library("sqlite3"))
        library.sqlite3_vfs_find.restype = c_void_p
        library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
        usual = library.sqlite3_vfs_find(None)
        vfs = _Vfs()
        ctypes.memmove(ctypes.byref(vfs), usual, ctypes.sizeof(_Vfs))
        opens, deletes = _Open(vfs.xOpen), _Delete(vfs.xDelete)

        def opened(own: int, name: int, file: int, flags: int, out: object) -> int:
            code = int(opens(own, name, file, flags, out))  # type: ignore[arg-type]
            if code == 0 and flags & (_MAIN_DB | _JOURNAL | _WAL):
                self._watch(file, Path(ctypes.string_at(name).decode()).name)
            return code

        def deleted(own: int, name: bytes, sync: int) -> int:
            self._note(Step(Path(name.decode()).name, "delete"))
            return int(deletes(own, name, sync))

        self._kept += [library, vfs, opens, deletes, _Open(opened), _Delete(deleted)]
        vfs.zName = b"recorder"
        vfs.xOpen, vfs.xDelete = (ctypes.cast(each, c_void_p) for each in self._kept[-2:])  # type: ignore[arg-type]
        library.sqlite3_vfs_register(ctypes.byref(vfs), 1)

    def _note(self, step: Step) -> None:
        if self.recording:
            self.steps.append(step)

    def _watch(self, file: int, name: str) -> None:
        pointer = ctypes.cast(file, POINTER(c_void_p))
        methods = _Methods()
        ctypes.memmove(ctypes.byref(methods), pointer[0], ctypes.sizeof(_Methods))  # type: ignore[arg-type]
        write, cut, sync = _Write(methods.xWrite), _Truncate(methods.xTruncate), _Sync(methods.xSync)

        def wrote(own: int, data: int, size: int, at: int) -> int:
            self._note(Step(name, "write", at, ctypes.string_at(data, size)))
            return int(write(own, data, size, at))

        def truncated(own: int, size: int) -> int:
            self._note(Step(name, "truncate", size))
            return int(cut(own, size))

        def synced(own: int, flags: int) -> int:
            code = int(sync(own, flags))
            self._note(Step(name, "sync"))
            return code

        mine = [_Write(wrote), _Truncate(truncated), _Sync(synced)]
        methods.xWrite, methods.xTruncate, methods.xSync = (ctypes.cast(each, c_void_p) for each in mine)
        self._kept += [methods, write, cut, sync, *mine]
        pointer[0] = ctypes.addressof(methods)  # type: ignore[assignment]


@dataclass
class Disk:
    """Files as they are on the platter, and what has been written since their last sync."""

    durable: dict[str, bytearray]
    pending: dict[str, list[Step]] = field(default_factory=dict)

    def apply(self, step: Step, *, honest: bool) -> None:
        """``honest`` False: a disk that says synced and is not."""
        if step.kind == "delete":
            self.durable.pop(step.file, None)
            self.pending.pop(step.file, None)
        elif step.kind == "sync":
            if honest:
                content = self.durable.setdefault(step.file, bytearray())
                for each in self.pending.pop(step.file, []):
                    _do(content, each)
        else:
            self.pending.setdefault(step.file, []).append(step)

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """One of the states a cut may leave: all, nothing, or any part of what was not yet synced."""
        mood = chance.choice(("all", "nothing", "some", "some", "some"))
        left = {name: bytearray(content) for name, content in self.durable.items()}
        for name, steps in self.pending.items():
            content = left.setdefault(name, bytearray())
            for step in steps:
                if mood == "all" or (mood == "some" and chance.random() < 0.6):
                    _do(content, step, chance if mood == "some" else None)
        return {name: bytes(content) for name, content in left.items()}


def _do(content: bytearray, step: Step, chance: random.Random | None = None) -> None:
    if step.kind == "truncate":
        del content[step.at :]
        content.extend(bytes(step.at - len(content)))
        return
    end = step.at + len(step.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    for start in range(0, len(step.data), SECTOR):
        if chance is None or chance.random() < 0.8:
            part = step.data[start : start + SECTOR]
            content[step.at + start : step.at + start + len(part)] = part

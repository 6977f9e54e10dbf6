"""The backup file: a tar of a manifest, rows by table and a few files, compressed by zstd with a checksum.

A row is its msgpack with its length before it. The manifest comes first and names every other member with its SHA-256,
so that a damaged or shortened file is noticed before anything is written.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
import zstandard

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

SCHEMA, MANIFEST = "imloop.backup/1", "manifest.json"
LEVEL, LENGTH, CHUNK = 3, 4, 1 << 20
_BROKEN = (zstandard.ZstdError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError, OSError)


def damaged(path: Path, what: str) -> Malformed:
    return Malformed(
        "damaged-backup",
        Text(f"备份 {path.name} 已损坏：{what}。", f"The backup {path.name} is damaged: {what}."),
    )


@contextmanager
def writing_to(target: Path) -> Iterator[tarfile.TarFile]:
    """A new archive under a temporary name; it is renamed to the target when it is complete and flushed to disk."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        # Readable by its owner only, from the first byte: it holds personal data, and perhaps keys.
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
            with (
                compressor.stream_writer(file, closefd=False) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield tar
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _fsync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def add_bytes(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(body), 0o600
    tar.addfile(info, io.BytesIO(body))


def add_file(tar: tarfile.TarFile, name: str, path: Path) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = path.stat().st_size, 0o600
    with path.open("rb") as file:
        tar.addfile(info, file)


@contextmanager
def reading(path: Path) -> Iterator[Iterator[tuple[str, io.BufferedReader]]]:
    """Members in order, each to be read before the next."""
    with (
        path.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        yield _members(tar)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, io.BufferedReader]]:
    for info in tar:
        body = tar.extractfile(info)
        if not isinstance(body, io.BufferedReader):
            raise ValueError(f"{info.name} is not a regular file")
        yield info.name, body


def read_manifest(path: Path) -> dict[str, Any]:
    """The first member; ``Malformed`` where the file is no backup."""
    try:
        with reading(path) as members:
            name, body = next(members)
            manifest = json.loads(body.read())
            if name == MANIFEST and manifest["schema"] == SCHEMA:
                return dict(manifest)
    except FileNotFoundError:
        raise
    except (*_BROKEN, StopIteration):
        pass
    raise damaged(path, "no manifest · 没有清单")


def verified(path: Path) -> dict[str, Any]:
    """The manifest, after every member was read and its SHA-256 compared with the manifest."""
    manifest = read_manifest(path)
    name = MANIFEST
    try:
        wanted = {each["member"]: each["sha256"] for each in (*manifest["tables"], *manifest["files"])}
        with reading(path) as members:
            for name, body in members:
                found = hashlib.file_digest(body, "sha256").hexdigest()
                if name != MANIFEST and wanted.pop(name) != found:
                    raise damaged(path, name)
    except _BROKEN as error:
        raise damaged(path, f"{name} ({type(error).__name__})") from error
    if wanted:
        raise damaged(path, f"missing {min(wanted)}")
    return manifest


def pack(row: list[object]) -> bytes:
    body = msgspec.msgpack.encode(row)
    return len(body).to_bytes(LENGTH, "big") + body


def rows_in(body: IO[bytes]) -> Iterator[list[Any]]:
    decoder = msgspec.msgpack.Decoder(list)
    while head := body.read(LENGTH):
        yield decoder.decode(body.read(int.from_bytes(head, "big")))

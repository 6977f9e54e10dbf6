"""Photographs and scanned papers: which kinds of file are accepted, how large, and what of a photograph is shown.

A photograph says more than it shows: where it was taken, with which camera, by whom it was edited, and some telephones
append a second picture or a film behind its end. A copy that strangers see keeps the picture alone. No pixel is decoded
for it: a picture is cut along the parts that its own format names.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

LARGEST = 5 * 1024 * 1024
"""Bytes of one file."""
ENDINGS = (".pdf", ".jpg", ".jpeg", ".png")
"""File name endings of such files; the kind itself is read from the first bytes."""
_MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def media_type(body: bytes) -> str:
    """The kind of file by its first bytes, whatever its name says. Raises ``Malformed`` for another kind or a larger
    file than is kept."""
    if len(body) > LARGEST:
        raise Malformed("too-large", Text("文件超过 5 MB。", "The file is larger than 5 MB."), at="file")
    for magic, kind in _MAGIC.items():
        if body.startswith(magic):
            return kind
    raise Malformed(
        "wrong-file",
        Text("只收 PDF、JPEG、PNG 文件。", "Only PDF, JPEG and PNG files are accepted."),
        at="file",
    )


def is_picture(name: str) -> bool:
    """Is this the plain name of such a file? Other references to photographs are kept as they are."""
    plain = not name.startswith(".") and not set(name) & set("/\\:")
    return plain and name.lower().endswith(ENDINGS)


MOST_PIXELS = 100_000_000
"""Of one photograph, as its own head says: more is no photograph, and fills the memory of who opens it."""
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SHOWN = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"}
)
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a frame's head, which says how large the picture is."""
_JPEG_HIDDEN = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
"""APP1 to APP13, APP15, comment. APP0 (JFIF) and APP14 (how colours are coded) are needed to show the picture."""
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_Part = tuple[int, bytes]


def shown(body: bytes, *, at: str = "file") -> bytes:
    """The photograph without position, camera, words and whatever lies behind its end; which way up it is held stays.
    Raises ``Malformed`` naming ``at`` for what is none: a paper (PDF), or bytes that only begin like a picture."""
    kind = media_type(body)
    if kind == "image/png":
        return _PNG + b"".join(part for name, part in _png_parts(body, at) if name in _PNG_SHOWN)
    if kind != "image/jpeg":
        raise _no_photograph(at)
    parts = list(_jpeg_parts(body, at))
    held = next((way for marker, part in parts if marker == 0xE1 and (way := _orientation(part[4:]))), 0)
    kept = [part for marker, part in parts if marker not in _JPEG_HIDDEN]
    return b"\xff\xd8" + _only_orientation(held) + b"".join(kept) + b"\xff\xd9"


def _no_photograph(at: str) -> Malformed:
    words = Text(
        "这不是完整的照片：请上传 JPEG 或 PNG 照片。", "This is no whole photograph: send a JPEG or PNG one."
    )
    return Malformed("no-photograph", words, at=at)


def _require_size(width: int, height: int, at: str) -> None:
    if not width or not height:
        raise _no_photograph(at)
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        raise Malformed(
            "too-large",
            Text(f"照片超过 {most} 百万像素。", f"The photograph has more than {most} million pixels."),
            at=at,
        )


def _png_parts(body: bytes, at: str) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes of each part, whose checksum must be right, from the head to the end."""
    place, names = len(_PNG), list[bytes]()
    while place + 12 <= len(body):
        length, name = int.from_bytes(body[place : place + 4], "big"), body[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(body) or zlib.crc32(body[place + 4 : end - 4]) != int.from_bytes(
            body[end - 4 : end], "big"
        ):
            break
        if not names:
            if name != b"IHDR" or length != 13:
                break
            head = body[place + 8 : place + 16]
            _require_size(int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big"), at)
        names.append(name)
        yield name, body[place:end]
        if name == b"IEND" and b"IDAT" in names:
            return
        place = end
    raise _no_photograph(at)


def _jpeg_parts(body: bytes, at: str) -> Iterator[_Part]:
    """Marker and bytes of each segment up to the end of the picture; a scan is one part with its coded data."""
    place, framed, scanned = 2, False, False
    while place + 4 <= len(body) and body[place] == 0xFF:
        marker = body[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        length = int.from_bytes(body[place + 2 : place + 4], "big")
        end = place + 2 + length
        if marker < 0xC0 or 0xD0 <= marker <= 0xD9 or length < 2 or end > len(body):
            break
        if marker in _JPEG_FRAMES:
            head = body[place + 5 : place + 9]
            _require_size(int.from_bytes(head[2:], "big"), int.from_bytes(head[:2], "big"), at)
            framed = True
        if marker == 0xDA:
            following = _NEXT_MARKER.search(body, end)
            if following is None:
                break
            end, scanned = following.start(), True
        yield marker, body[place:end]
        if scanned and framed and body[end : end + 2] == b"\xff\xd9":
            return
        place = end
    raise _no_photograph(at)


def _orientation(exif: bytes) -> int:
    """1 to 8 as the camera was held (EXIF tag 0x0112 of the first directory); 0 where it is not said."""
    if not exif.startswith(b"Exif\0\0"):
        return 0
    tiff = exif[6:]
    if tiff[:4] not in (b"II*\0", b"MM\0*"):
        return 0

    def read(place: int, size: int) -> int:
        return int.from_bytes(tiff[place : place + size], "little" if tiff[:1] == b"I" else "big")

    first = read(4, 4)
    for number in range(min(read(first, 2), 200)):
        entry = first + 2 + 12 * number
        if read(entry, 2) == 0x0112:
            return way if 1 <= (way := read(entry + 8, 2)) <= 8 else 0
    return 0


def _only_orientation(way: int) -> bytes:
    """An EXIF segment that says which way up the picture is held, and nothing else."""
    if way in (0, 1):
        return b""
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([way]) + b"\0\0\0\0\0\0"
    exif = b"Exif\0\0" + tiff
    return b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif

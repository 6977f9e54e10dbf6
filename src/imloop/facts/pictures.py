"""Photographs and scanned papers: which kinds of file are accepted, and how large."""

from __future__ import annotations

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

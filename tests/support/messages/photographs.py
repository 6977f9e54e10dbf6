"""Photographs as telephones take them, small and made by hand."""

from __future__ import annotations

SECRET = b"GPS 24.3122,109.4280 HUAWEI P60 of Wei Xiaoming"
"""What a telephone writes beside the picture, and nobody else should read."""


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def jpeg(*between: bytes, width: int = 640, height: int = 480, behind: bytes = b"") -> bytes:
    """The frame of a progressive JPEG with two scans; ``between``: segments before it; ``behind``: after its end."""
    frame = segment(0xC2, b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\0")
    first = segment(0xDA, b"\x01\x01\0\0\0\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    second = segment(0xDA, b"\x01\x01\0\0\0\0") + b"\x78"
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    parts = (b"\xff\xd8", jfif, *between, frame, first, segment(0xC4, b"huff"), second, b"\xff\xd9", behind)
    return b"".join(parts)


def by_telephone() -> bytes:
    """With position and camera in a comment, and words behind its end."""
    return jpeg(segment(0xFE, SECRET), behind=SECRET)

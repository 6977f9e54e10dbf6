"""What of a photograph is shown to others: the picture, and nothing that it says beside."""

from __future__ import annotations

import zlib

import pytest

from imloop.facts.pictures import shown
from imloop.facts.refusal import Malformed
from support.messages.photographs import SECRET, jpeg, segment


def exif(order: str, way: int) -> bytes:
    """One directory: how the camera was held, then a pointer that the copy must not keep."""
    mark = b"II*\0" if order == "little" else b"MM\0*"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if order == "little" else "big")

    held = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(way, 2) + b"\0\0"
    position = number(0x8825, 2) + number(4, 2) + number(1, 4) + number(200, 4)
    return segment(
        0xE1, b"Exif\0\0" + mark + number(8, 4) + number(2, 2) + position + held + number(0, 4) + SECRET
    )


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*between: bytes, size: int = 4, behind: bytes = b"") -> bytes:
    head = chunk(b"IHDR", size.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0")
    data = chunk(b"IDAT", zlib.compress(b"\0" * 52))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + data + chunk(b"IEND", b"") + behind


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("way", [0, 1, 6, 8, 9])
def test_position_and_camera_go_and_the_way_up_stays(order: str, way: int) -> None:
    kept = shown(jpeg(exif(order, way), segment(0xED, SECRET), segment(0xFE, SECRET), behind=SECRET))
    assert SECRET not in kept and b"HUAWEI" not in kept
    assert b"\x01\x12\0\x03" in kept if way in (6, 8) else b"Exif" not in kept
    without = kept if way not in (6, 8) else kept[:2] + kept[2 + 2 + int.from_bytes(kept[4:6], "big") :]
    assert without == jpeg()
    assert shown(kept) == kept


def test_words_and_what_lies_behind_a_png_go() -> None:
    kept = shown(
        png(chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET), chunk(b"pHYs", b"\0" * 9), behind=SECRET)
    )
    assert kept == png(chunk(b"pHYs", b"\0" * 9))


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n%%EOF",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff<html>not a picture</html>",
        b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9",
        jpeg()[:-2],
        jpeg(width=0),
        png()[:-12],
        png()[:40] + b"\0" + png()[41:],
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    ],
    ids=["paper", "three bytes", "a page", "no frame", "cut", "no width", "cut png", "wrong sum", "no head"],
)
def test_what_is_no_photograph_is_refused_by_its_field(body: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        shown(body, at="photo")
    assert (refused.value.code, refused.value.problems[0].path) == ("no-photograph", "$.photo")


def test_a_picture_larger_than_any_camera_is_refused() -> None:
    for body in (jpeg(width=60000, height=60000), png(size=2**31 - 1)):
        with pytest.raises(Malformed) as refused:
            shown(body, at="photo")
        assert refused.value.code == "too-large"


def test_no_bytes_make_the_reader_fail_otherwise() -> None:
    whole = jpeg(exif("big", 6), segment(0xFE, b"words"))
    for place in range(2, len(whole)):
        for wrong in (0, 0xFF):
            try:
                shown(whole[:place] + bytes([wrong]) + whole[place + 1 :])
            except Malformed:
                continue

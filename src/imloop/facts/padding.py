"""What is no text: NUL and other controls, and the blanks, NULs and 0xFF with which fixed fields are filled up."""

from __future__ import annotations

_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
_FORBIDDEN = frozenset(_CONTROLS) - frozenset("\t\n\r")
_PADDING = f"{_CONTROLS} \u3000\u00a0\u00ff\ufffd\u200b\ufeff"


def unpadded(text: str) -> str:
    """Without blanks, controls and 0xFF (as the encodings of station software read it) at both ends."""
    return text.strip(_PADDING)


def without_end_controls(text: str) -> str:
    """Without blanks and controls at both ends: a NUL there only fills the field up."""
    return text if text.isprintable() else text.strip(f"{_CONTROLS} ")


def has_control(text: str) -> bool:
    """Is there a control (NUL …) which no field has a use for? Line breaks and tabs are none."""
    return not text.isprintable() and not _FORBIDDEN.isdisjoint(text)


def shown(text: str) -> str:
    """The same with every control as its picture (␀ …), for sentences about it."""
    if not has_control(text):
        return text
    return "".join(_picture(sign) if sign in _FORBIDDEN else sign for sign in text)


def _picture(sign: str) -> str:
    return chr(0x2400 + ord(sign)) if ord(sign) < 0x20 else "\u2421"

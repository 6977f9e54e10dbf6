"""A repair and its photographs in one request, as a form sends them (RFC 7578)."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

FORM = "multipart/form-data"


def parts_of(content_type: str, body: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The part without a file name is the message; file name → bytes of the others. Raises ``Malformed``."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    whole = BytesParser(policy=HTTP).parsebytes(head + body)
    messages: list[bytes] = []
    files: dict[str, bytes] = {}
    for part in whole.iter_parts() if whole.is_multipart() else ():
        name = part.get_filename()
        if name is None:
            messages.append(_bytes(part))
        else:
            files[name] = _bytes(part)
    if len(messages) != 1 or whole.defects:
        raise Malformed(
            "malformed-form",
            Text(
                "表单应有一项维修报文，其余各项为带文件名的照片。",
                "The form must hold one repair record and photographs with file names.",
            ),
        )
    return messages[0], files


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""

"""Who reported: name and telephone, encrypted at rest and bound to the number of the complaint.

A stolen database alone tells nobody who spoke. Nothing in the platform opens it by itself: see ``open_identity``.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from imloop.facts.digits import are_digits
from imloop.facts.padding import unpadded
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.accounts.key_secrets import seal, unseal

LONGEST = {"name": 60, "phone": 40}
_SAID = {"name": Text("姓名", "name"), "phone": Text("电话", "telephone")}
_FEWEST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Reporter:
    name: str = ""
    phone: str = ""

    @property
    def is_named(self) -> bool:
        return bool(self.name and self.phone)


def read_reporter(name: str, phone: str) -> Reporter:
    """As typed; both may be empty. A telephone number that is none is refused: nobody could call it."""
    for field, said in (("name", name), ("phone", phone)):
        if len(said) > LONGEST[field] or "\x00" in said:
            label, most = _SAID[field], LONGEST[field]
            words = Text(f"“{label.zh}”至多 {most} 字。", f"“{label.en}” may have at most {most} characters.")
            raise Malformed("too-long", words, at=field)
    number = unpadded(phone)
    digits = sum(are_digits(sign) for sign in number)
    if number and (digits < _FEWEST_DIGITS or any(sign not in "0123456789+-() " for sign in number)):
        raise Malformed("wrong-phone", Text("电话号码不对。", "This is no telephone number."), at="phone")
    return Reporter(unpadded(name), number)


def sealed(reporter: Reporter, number: str) -> str:
    """Base64; empty where nobody gave anything. ``number``: of the complaint, without which it does not open."""
    if reporter == Reporter():
        return ""
    return seal(_bound_to(number), msgspec.json.encode(reporter))


def unsealed(text: str, number: str) -> Reporter | None:
    """None where it was sealed for another complaint, or under a secret key that the platform no longer has."""
    if not text:
        return Reporter()
    plain = unseal(_bound_to(number), text)
    return None if plain is None else msgspec.json.decode(plain, type=Reporter)


def _bound_to(number: str) -> str:
    return f"complaint {number}"

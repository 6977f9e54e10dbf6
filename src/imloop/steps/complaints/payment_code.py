"""The code by which a reporter without a name collects a reward: given once at intake, kept as a hash alone.

Sixteen signs of thirty, some 78 random bits: nobody finds one by trying, so a plain hash is enough.
"""

from __future__ import annotations

import hashlib
import secrets

from imloop.facts.identifiers import signs

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are read for another: 0 O, 1 I L, U V."""
_GROUPS, _IN_GROUP = 4, 4


def new_code() -> str:
    """ABCD-EFGH-JKMN-PQRS."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def hash_of(code: str) -> str:
    """Of a code as somebody typed it: case, blanks, dashes and wide letters do not count."""
    read = "".join(sign for sign in signs(code) if sign in SIGNS)
    return hashlib.sha256(read.encode()).hexdigest()

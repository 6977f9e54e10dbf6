"""What one logs in with: a name that cannot be taken for another's, and a password that is good enough.

Names are of one script each, so that no sign stands for one of another script (a Cyrillic р in ``police``): Latin
letters, or Han characters; and none equals another's once case and width are put aside. Older accounts keep theirs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.store.models import User

_LONGEST = 28
"""Characters: an act by a lent right names a department and two people on the journal's line of 80."""
_LATIN = re.compile(r"[A-Za-z0-9._@+-]+")
_HAN = "CJK UNIFIED IDEOGRAPH"
"""How Unicode names a Han character in normal form; radicals and compatibility forms that look the same do not."""


def require_new_name(name: str) -> None:
    """Of one script, without blanks and strokes, so that a line that names who acted can be read again
    (``ground/actor.py``), and unlike every other. Within ``writing``."""
    if not _of_one_script(name):
        raise Malformed(
            "wrong-value",
            Text(
                "用户名：用英文字母、数字和 . @ + - _，或者用汉字和数字；不混用，28 字以内。",
                "User name: Latin letters, digits and . @ + - _, or else Chinese characters and digits; not mixed,"
                " up to 28 characters.",
            ),
            at="username",
        )
    alike = _alike(name)
    if any(_alike(other) == alike for other in _names()):
        raise Conflict(
            "username-taken",
            Text(
                f"用户名 {name} 已存在（不分大小写）。",
                f"There is a user {name} already (capital or small letters alike).",
            ),
            at="username",
        )


def odd_user_names() -> Iterator[str]:
    """Of accounts from before: each name that would be given to nobody today, in words."""
    names = list(_names())
    alike = Counter(map(_alike, names))
    for name in sorted(names):
        if not _of_one_script(name):
            yield f"user {name!a}: the name mixes scripts, or has signs or a length that no new name may have"
        if alike[_alike(name)] > 1:
            yield f"user {name!a}: another account's name is the same but for case or width"


def _names() -> Iterator[str]:
    yield from User.objects.values_list("username", flat=True)


def _of_one_script(name: str) -> bool:
    if not 0 < len(name) <= _LONGEST:
        return False
    return bool(_LATIN.fullmatch(name)) or all(
        each in "0123456789" or unicodedata.name(each, "").startswith(_HAN) for each in name
    )


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def require_good(password: str) -> None:
    """``Malformed`` for a short or common one."""
    chinese, english = (_faults(password, language) for language in ("zh-hans", "en"))
    if chinese:
        raise Malformed("weak-password", Text(chinese, english))


def _faults(password: str, language: str) -> str:
    """Asked once per language, as the words are fixed when the fault is found."""
    with override(language):
        try:
            validate_password(password)
        except ValidationError as error:
            return " ".join(error.messages)
    return ""

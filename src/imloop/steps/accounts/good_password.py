"""Whether a password is good enough, said in both languages."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text


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

"""The secret address of a matter's own page, for who has no account: applicant, party, reporter. It is made of the
platform's secret and the matter's number; the store keeps its SHA-256 alone, so that a stolen table opens no page."""

from __future__ import annotations

import base64
import hashlib

from django.db.models import Q
from django.utils.crypto import salted_hmac

from imloop.store.models import Matter

_BYTES = 18


def new_token(matter_no: str) -> str:
    """The same at any time under the same secret: papers that name it print the same again."""
    keyed = salted_hmac("imloop.matter", matter_no, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(keyed[:_BYTES]).decode()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(row: Matter) -> str:
    """Empty where it was given out otherwise: before only its hash was kept, or under another secret."""
    token = new_token(row.matter_no)
    return token if hash_of(token) == row.token_sha256 else ""


def opened_by(token: str) -> Q:
    """The matter whose address it is, if it is one."""
    return Q(token_sha256=hash_of(token)) if token else Q(pk__in=())

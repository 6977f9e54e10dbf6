"""Who reported stays sealed, and a code that pays is known by its hash alone."""

from __future__ import annotations

import pytest

from imloop.facts.refusal import Malformed
from imloop.steps.complaints.payment_code import SIGNS, hash_of, new_code
from imloop.steps.complaints.sealed_reporter import Reporter, read_reporter, sealed, unsealed

WHO = Reporter("韦小明", "0772-3810000")


def test_a_reporter_is_sealed_for_one_complaint() -> None:
    text = sealed(WHO, "450200-S2026-00001")
    assert "韦" not in text and "3810000" not in text
    assert text != sealed(WHO, "450200-S2026-00001")
    assert unsealed(text, "450200-S2026-00001") == WHO
    assert unsealed(text, "450200-S2026-00002") is None


def test_nobody_is_nothing() -> None:
    assert sealed(Reporter(), "450200-S2026-00001") == ""
    assert unsealed("", "450200-S2026-00001") == Reporter()
    assert WHO.is_named and not Reporter("韦小明").is_named


@pytest.mark.parametrize(
    ("name", "phone", "code", "path"),
    [
        ("韦" * 61, "", "too-long", "$.name"),
        ("韦\x00", "", "too-long", "$.name"),
        ("", "1" * 41, "too-long", "$.phone"),
        ("", "12345", "wrong-phone", "$.phone"),
        ("", "call me maybe 1234567", "wrong-phone", "$.phone"),
    ],
)
def test_what_is_no_name_or_telephone_is_refused_by_its_field(
    name: str, phone: str, code: str, path: str
) -> None:
    with pytest.raises(Malformed) as refused:
        read_reporter(name, phone)
    assert (refused.value.code, refused.value.problems[0].path) == (code, path)


def test_a_code_is_read_as_people_type_it() -> None:
    code = new_code()
    assert len(code) == 19 and set(code) <= {*SIGNS, "-"} and new_code() != code
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code.lower())
    for typed in (code.lower(), code.replace("-", " "), f" {code} ", wide):
        assert hash_of(typed) == hash_of(code)
    assert hash_of(code[:-1]) != hash_of(code)

"""A sign that Python counts among the digits, and is no number, typed where a page expects one: a plain answer."""

from __future__ import annotations

import pytest
from django.test import Client

from support.city import NEAR, PLACE
from support.doors import Doors
from support.people import person

ENV, POLICE = f"{PLACE}-environment", f"{PLACE}-police"
SIGNS = ("²", "１", "9" * 5000)
FORMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "a session": (ENV, "/account", {"what": "end", "id": "?"}),
    "a person": (ENV, "/people", {"what": "withdraw", "id": "?"}),
    "a program": (ENV, "/lines/software", {"what": "withdraw", "id": "?", "on": "2026-03-05", "sure": "1"}),
    "a member of staff": (
        ENV,
        f"/parties/{NEAR}",
        {"what": "leave", "id": "?", "until": "2026-03-05", "sure": "1"},
    ),
    "a zone": (ENV, "/zones", {"what": "end", "id": "?", "on": "2026-03-05", "sure": "1"}),
    "a visit": (
        ENV,
        "/draws/new",
        {"visits_I": "?", "first": "2026-03-05", "last": "2026-03-09", "sure": "1"},
    ),
    "a change": (POLICE, "/proposals/7", {"what": "confirm", "said": "?"}),
    "a row": ("", "/apply/istation", {"rows-lines": "?", "do": "edit"}),
    "an entry": ("", "/public/journal", {"number": "?"}),
    "a mass": (POLICE, "/desk/police", {"gate": "registration", "max_mass_kg": "?", "vin": "x"}),
}
LOOKED_AT = {"an entry", "a mass"}


@pytest.mark.parametrize("what", FORMS)
@pytest.mark.parametrize("sign", SIGNS, ids=["superscript", "full width", "many"])
def test_a_sign_that_is_no_digit_is_answered(doors: Doors, what: str, sign: str) -> None:
    doors.at("2026-03-05 09:00")
    code, path, form = FORMS[what]
    typed = {name: sign if value == "?" else value for name, value in form.items()}
    window = person(code, head=True) if code else Client()
    answer = window.get(path, typed) if what in LOOKED_AT else window.post(path, typed)
    assert answer.status_code < 500

"""What digits are is said in one place: Python's own tests take signs that ``int`` refuses."""

from __future__ import annotations

from support.repository import ROOT

SOURCE = ROOT / "src" / "imloop"
HOME = "facts/digits.py"
OWN_TESTS = (".isdigit(", ".isdecimal(", ".isnumeric(")


def test_no_door_tells_digits_by_itself() -> None:
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in sorted(SOURCE.rglob("*.py"))
        if any(each in path.read_text(encoding="utf-8") for each in OWN_TESTS)
    ]
    assert found == [HOME]

"""A plate, a VIN and every other identifier has one normal form, made in one place: no door makes its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from support.repository import ROOT

SOURCE = ROOT / "src" / "imloop"
HOME = "facts/identifiers.py"
OTHER_WORDS = {
    "exchange/http/station_signing.py": "the method of a request (RFC 9421)",
    "facts/codes.py": "letters of GA 24.9 for fuels",
    "gates/stations/conflict.py": "names of firms and people, compared with one another",
    "gates/vehicles/subject.py": "emission stages",
    "steps/second_person/who_may.py": "user names and addresses of mail, compared with one another",
    "steps/accounts/name_and_password.py": "user names, compared with one another",
    "steps/vehicles/register/vehicle_row.py": "letters of GA 24.17 for the status",
    "store/migrations/_tokens.py": "words of SQL",
}
"""Files that raise text to upper case, and what that text is: no identifier."""
SEPARATORS = frozenset("·•‧∙⋅・")


def raised(tree: ast.AST) -> Iterator[int]:
    """Lines where text is made upper case or loses separators."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        first = node.args[0] if node.args else None
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        if name in ("upper", "casefold") or (name in ("replace", "strip") and SEPARATORS & set(text)):
            yield node.lineno


def found() -> dict[str, list[int]]:
    files = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
    lines = {name: list(raised(_tree(path))) for name, path in files.items() if name != HOME}
    return {name: where for name, where in lines.items() if where}


def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_door_makes_a_normal_form_of_its_own() -> None:
    home_made = {name: lines for name, lines in found().items() if name not in OTHER_WORDS}
    assert home_made == {}, "use identifiers.plain, or say in OTHER_WORDS what the text is"
    assert set(OTHER_WORDS) - set(found()) == set(), "no exception any more"


def test_a_home_made_one_is_found() -> None:
    for line in ("vin.strip().upper()", "plate.replace('·', '')", "text.casefold()"):
        assert list(raised(ast.parse(line))) == [1]

"""Rules for the files of the repository itself."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest

from support.repository import ROOT, kept_files, script, texts


def pure_packages() -> list[str]:
    """The packages that import-linter holds to be pure; the only list of them."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    modules = contracts["importlinter:contract:pure"]["source_modules"].split()
    return [name.removeprefix("imloop.") for name in modules]


PURE = pure_packages()
MACHINE_PATH = re.compile(r"(?<![\w.~$}])/(?:home|root|Users|work|mnt)/\w")
# In pieces, so that this file does not find itself.
REGISTRY = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", r"registry\.(?:npm|yarn)", "npm" + "mirror"]), re.I
)


def test_files_and_functions_stay_short() -> None:
    sizes = script("check_sizes")
    assert [fault for path in sizes.sources() for fault in sizes.too_long(path)] == []


def test_sizes_are_really_checked(tmp_path: Path) -> None:
    long = tmp_path / "long.py"
    long.write_text("def f():\n" + "    x = 1\n" * 400, encoding="utf-8")
    assert len(list(script("check_sizes").too_long(long))) == 2
    wide = tmp_path / "wide.html"
    wide.write_text(f"<p>{'字' * 113}</p>\n<p>{'字' * 114}</p>\n", encoding="utf-8")
    assert list(script("check_sizes").too_long(wide)) == [f"{wide}:2: 121 characters, at most 120"]


def test_no_machine_paths() -> None:
    found = [f"{path}: {match.group()}" for path, text in texts() for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_no_registry_addresses() -> None:
    found = [f"{path}: {match.group()}" for path, text in texts() for match in REGISTRY.finditer(text)]
    assert found == []


def test_nothing_generated_or_secret_is_kept() -> None:
    bad = re.compile(
        r"(?:\.sqlite3|\.mo|\.pyc|secret-key|demo-credentials\.json|\.ttf|\.otf)$|(?:^|/)(?:vendor|node_modules|var)/"
    )
    assert [
        str(p) for p in (path.relative_to(ROOT) for path in kept_files()) if bad.search(p.as_posix())
    ] == []


def test_no_unfinished_marks() -> None:
    mark = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
    found = [
        f"{path}: {match.group()}"
        for path, text in texts()
        if path.suffix == ".py"
        for match in mark.finditer(text)
    ]
    assert found == []


def test_only_settings_and_commands_read_the_environment() -> None:
    source = ROOT / "src" / "imloop"
    readers = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"os\.environ\.get|os\.getenv", path.read_text(encoding="utf-8"))
    }
    assert [name for name in sorted(readers) if not name.startswith(("site/", "cli"))] == []


def public_without_words(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for node in tree.body
        if isinstance(node, kinds) and not node.name.startswith("_") and ast.get_docstring(node) is None
    ]


@pytest.mark.parametrize("package", PURE)
def test_public_functions_of_pure_packages_have_docstrings(package: str) -> None:
    paths = sorted((ROOT / "src" / "imloop" / package).rglob("*.py"))
    assert [fault for path in paths for fault in public_without_words(path)] == []


def test_pure_packages_never_ask_the_clock() -> None:
    clock = re.compile(r"\b(?:datetime\.now|date\.today|datetime\.today|time\.time|timezone\.now|utcnow)\b")
    paths = [path for package in PURE for path in (ROOT / "src" / "imloop" / package).rglob("*.py")]
    assert [str(path) for path in paths if clock.search(path.read_text(encoding="utf-8"))] == []


def test_locks_pin_and_hash_every_package() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
        assert pins, name
        for number in pins:
            assert "==" in lines[number], lines[number]
            assert lines[number + 1].strip().startswith("--hash=sha256:"), lines[number]


def test_locks_hold_what_the_package_asks_for() -> None:
    import tomllib

    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    dev = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    run = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    def name_of(requirement: str) -> str:
        return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")

    for requirement in asked["project"]["dependencies"]:
        assert f"\n{name_of(requirement)}==" in run, requirement
    for requirement in asked["dependency-groups"]["dev"]:
        assert f"\n{name_of(requirement)}==" in dev, requirement


def test_the_name_of_a_file_sent_is_made_in_one_place() -> None:
    source = ROOT / "src" / "imloop"
    made = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r'filename="?\{|Content-Disposition.*filename', path.read_text(encoding="utf-8"))
    }
    assert made == {"exchange/http/addresses.py"}

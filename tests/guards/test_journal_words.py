"""Whatever a step notes in the journal has words, in the texts of its own subject; and no words are left over."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import imloop
from imloop.exchange.uploads import intake, take_readings, take_spot_check
from imloop.loop.effects import EffectKind
from imloop.steps.desk import texts
from imloop.steps.duty.duty_record import LOOKS

FORMER = {
    *("day-sealed", "identity-allowed", "identity-asked", "identity-refused"),
    *("change-proposed", "change-confirmed", "change-rejected"),
}
"""Kinds that only journals of former versions hold."""
SOURCE = Path(imloop.__file__).parent
STEPS = SOURCE / "steps"
UPLOADS = [
    *re.findall(r'\b_read\("(\w+)"', inspect.getsource(intake)),
    *re.findall(r'\braw_of\(.*, "(\w+)"', inspect.getsource(take_readings)),
    *re.findall(r'\braw_of\(.*, "(\w+)"', inspect.getsource(take_spot_check)),
]
"""What can be uploaded, and so be refused."""


def subject_of(file: Path) -> str:
    return file.relative_to(STEPS).parts[0]


def notes() -> Iterator[tuple[Path, ast.Module, ast.expr]]:
    """The kind, as it is written, of every entry that a step notes."""
    for file in sorted(STEPS.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "note"
            ):
                yield file, tree, node.args[0]


def kinds(node: ast.expr, tree: ast.Module, file: Path) -> set[str]:
    """What a kind may be: as written, one of two, a constant, what the function is called with, the kind of upload."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return kinds(node.body, tree, file) | kinds(node.orelse, tree, file)
    if isinstance(node, ast.Attribute):
        module = importlib.import_module(f"imloop.steps.{subject_of(file)}.{file.stem}")
        return {str(eval(ast.unparse(node), vars(module)))}
    if isinstance(node, ast.JoinedStr) and ast.unparse(node) == "f'{raw.kind}-refused'":
        return {f"{kind}-refused" for kind in UPLOADS}
    if isinstance(node, ast.Name):
        return {kind for given in given_to(node, tree) for kind in kinds(given, tree, file)}
    raise AssertionError(f"{file}:{node.lineno}: write the kind as it is kept, so that it can be found")


def given_to(name: ast.Name, tree: ast.Module) -> list[ast.expr]:
    """What the function around a use of its parameter is called with, in the same file."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    (around,) = [each for each in functions if name in ast.walk(each)]
    place = [each.arg for each in around.args.args].index(name.id)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [call.args[place] for call in calls if ast.unparse(call.func) == around.name]
    assert found, f"nobody calls {around.name}"
    return found


def noted() -> dict[str, set[str]]:
    """Kind → the subjects that note it."""
    found: dict[str, set[str]] = {}
    for file, tree, node in notes():
        for kind in kinds(node, tree, file):
            found.setdefault(kind, set()).add(subject_of(file))
    return found


def of_subjects() -> dict[str, ModuleType]:
    """Subject → its texts, as the folders hold them; those that have none of the journal are left out."""
    names = sorted(subject_of(file) for file in STEPS.glob("*/texts.py"))
    found = {name: importlib.import_module(f"imloop.steps.{name}.texts") for name in names}
    return {name: each for name, each in found.items() if hasattr(each, "JOURNAL")}


def test_the_words_of_all_subjects_are_joined() -> None:
    assert set(texts.SUBJECTS) == set(of_subjects().values())
    count = Counter(kind for subject in texts.SUBJECTS for kind in subject.JOURNAL)
    assert set(texts.ENTRIES) == set(count) and max(count.values()) == 1, "a kind twice"
    assert set(texts.TOPICS) == {
        topic for subject in texts.SUBJECTS for topic in getattr(subject, "TOPICS", ())
    }
    assert set(LOOKS) <= set(texts.ENTRIES)


def test_what_is_noted_has_words_and_what_has_words_is_noted() -> None:
    found = noted()
    assert {"import", "link-lost", "hour-sealed", "receiver-paused", "check-refused"} <= set(found)
    assert set(found) - set(texts.ENTRIES) == set(), "noted without words"
    assert set(texts.ENTRIES) - set(found) == FORMER, "words for what nobody notes"


def test_the_words_stand_with_who_notes_it() -> None:
    subjects, uploads = of_subjects(), {f"{kind}-refused" for kind in UPLOADS}
    (ground,) = {subject for kind in uploads for subject in noted()[kind]}
    assert ground == "ground"
    for kind, by in noted().items():
        here = {name for name, each in subjects.items() if kind in each.JOURNAL}
        assert here <= by | {"ground"} or kind in uploads, (kind, here, by)


def test_only_steps_write_into_the_journal() -> None:
    found = [file for file in SOURCE.rglob("*.py") if "ledger.note(" in file.read_text(encoding="utf-8")]
    assert {file.relative_to(SOURCE).parts[0] for file in found} == {"steps"}


def test_every_topic_a_department_hears_is_sent_by_its_subject() -> None:
    effects = {str(kind) for kind in EffectKind}
    for name, each in of_subjects().items():
        source = "".join(
            file.read_text(encoding="utf-8")
            for file in sorted((STEPS / name).rglob("*.py"))
            if file.stem != "texts"
        )
        for topic in set(getattr(each, "TOPICS", ())) - effects:
            assert f'"{topic}"' in source, f"{name} never sends {topic}"

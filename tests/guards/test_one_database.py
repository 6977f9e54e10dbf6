"""No test falls between the two runs of the suite."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from support.one_database import BOTH, COLLECTED, of_run, runs_of
from support.repository import ROOT


def item(*fixtures: str, mark: pytest.MarkDecorator | None = None, name: str = "tests/x.py::test") -> Any:
    return SimpleNamespace(
        nodeid=name,
        fixturenames=list(fixtures),
        get_closest_marker=lambda name: mark.mark if mark and mark.name == name else None,
    )


def test_every_test_is_in_one_run_at_least(request: pytest.FixtureRequest) -> None:
    found = request.config.stash[COLLECTED]
    runs = {kind: {each.nodeid for each in of_run(found, kind)} for kind in BOTH}
    assert set.union(*runs.values()) == {each.nodeid for each in found}
    assert {each.nodeid for each in request.session.items} <= runs["sqlite"], "this guard is in SQLite's run"


def test_what_reaches_a_database_is_in_both_unless_it_is_marked() -> None:
    one_database = pytest.mark.one_database
    assert runs_of(item("city", "db", "migrated", "databases")) == BOTH
    assert runs_of(item("tmp_path")) == ("sqlite",)
    assert runs_of(item("databases", mark=one_database("postgresql", reason="roles"))) == ("postgresql",)


def test_what_stands_far_above_the_database_is_tried_on_postgresql_by_its_first_case() -> None:
    every_case = pytest.mark.every_case("each case is another statement")
    names = [
        f"tests/{folder}/x.py::{test}[{case}]"
        for folder in ("stories", "steps")
        for test in "ab"
        for case in "12"
    ]
    names.append("tests/pages/x.py::test")
    found = [item("databases", name=name, mark=every_case if "::b" in name else None) for name in names]
    assert of_run(found, "sqlite") == found
    assert of_run(found, "postgresql") == [
        each for each in found if each.nodeid != "tests/stories/x.py::a[2]"
    ]
    with pytest.raises(pytest.UsageError, match="says why"):
        of_run([item("databases", mark=pytest.mark.every_case())], "postgresql")


@pytest.mark.parametrize("args", [(), ("oracle",), BOTH])
def test_a_mark_that_would_drop_a_test_stops_the_run(args: tuple[str, ...]) -> None:
    with pytest.raises(pytest.UsageError):
        runs_of(item("databases", mark=pytest.mark.one_database(*args, reason="x")))
    with pytest.raises(pytest.UsageError):
        runs_of(item("databases", mark=pytest.mark.one_database("sqlite")))


def test_both_runs_are_made_of_the_same_tests() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ntest:")[2].partition("\n\n")[0]
    runs = re.findall(r"^\t@env (.*?)\$\(PY\) \$\(PYTEST\) (.*)$", recipe, re.M)
    assert [("pg.py" in run, "-u DATABASE_URL" in run) for run, _ in runs] == [(False, True), (True, False)]
    assert runs[0][1] == runs[1][1]

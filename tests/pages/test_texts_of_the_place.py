"""Every page and paper says what the law of its place and day says: read by everybody, in a place where everything is
the opposite of Liuzhou, and around the day on which the Air Law ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from imloop.facts.days import read_day
from imloop.law import Book, Law, load
from imloop.law import book as law_book
from imloop.law.book import from_local_to_national
from support.law_files import book_with, law_file, row
from support.servers.databases import undone
from support.stories.every_form import Read
from support.stories.one_morning import Morning, words_of

pytestmark = pytest.mark.one_database("sqlite", reason="about words; what is stored is read, not how")
LIUZHOU, ELSEWHERE = "450200", "420100"
"""The other one lies in a province that has no texts of its own here."""
AIR_LAW, CODE = "《中华人民共和国大气污染防治法》", "《中华人民共和国生态环境法典》"
OPPOSITE = {
    "appointment.retest_share": "0.5",
    "deadline.days": "20",
    "hotline.environment": '"027-55501"',
    "hotline.everything": '"027-55502"',
    "istation.copied_to": "[supervisor]",
    "line.lock": "none",
    "mstation.copied_to": "[supervisor]",
    "mstation.green_channel": "true",
    "notice.copies": "[station]",
    "notice.heading": "鄂检告",
    "outage.paper_accepted": "false",
    "outage.papers": "[]",
    "phase": "general",
    "plate.begins": "鄂A",
    "repair.hands_over": "[certificate]",
    "repair.report_to": "[]",
    "repair.shared_with": "[]",
    "retest.documents.body": "[settlement]",
    "retest.documents.flow_chart": "[certificate]",
    "retest.documents_wording": "flow_chart",
    "retest.listed_repairer_required": "false",
    "retest.papers_at_station": "true",
    "retest.record_required": "false",
    "retest.same_station": "false",
    **{
        f"reward.{kind}_yuan": "77"
        for kind in ("bad_fuel", "devices_removed", "false_test", "machine", "not_repaired", "smoky_vehicle")
    },
}
REWARDS = {key for key in OPPOSITE if key.startswith("reward.")}
OF_LIUZHOU = re.compile(
    r"柳|Liuzhou|桂B|条例|方案|过渡|全面实施|回(?:原|本|同一)(?:检验机构|站)|原检验机构|发票|一式两份|15 ?个工作日|"
    r"(?<!\w)123(?:45|69)(?!\w)"
)
SPEAKS_OF_OTHERS = {
    "law": "the law itself, in its words",
    "docs/errors": "every answer of the platform, wherever it is given",
}
PAPERS = {
    "notices/<str:notice_no>.pdf",
    "reports/<number:test_no>.pdf",
    "desk/month.pdf",
    "c/<str:token>/notice.pdf",
}
SHEET = "desk/istation/outage/form.pdf"
"""The paper that only a place prints which accepts paper."""


def book(folder: Path) -> Book:
    """The shipped texts, and the opposite one: what is counted in days, and the rest."""
    files = []
    for name, unit, keys in (
        ("days", "日", {"deadline.days"}),
        ("rewards", "元", REWARDS),
        ("rest", "", OPPOSITE.keys() - {"deadline.days"} - REWARDS),
    ):
        rows = {key: row("2000-01-01", OPPOSITE[key]) for key in sorted(keys)}
        files.append(law_file(folder, f"elsewhere-{name}", rows, ELSEWHERE, unit=unit))
    return book_with(*files)


@contextmanager
def everything_read(known: Book, place: str, day: str, **more: Any) -> Iterator[list[tuple[str, Read]]]:
    """Whatever anybody reads in a place on a day, by the law of a book, and who read it."""
    with undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(law_book, "_load", lambda _roots, _known: known)
        patch.setattr(settings, "PLACE", place)
        patch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 100_000)
        read = list(Morning.build(patch, day, place, **more).read())
        assert not {(who, each.page) for who, each in read if each.answer.status_code >= 400}
        routes = {each.route for _, each in read}
        assert routes >= PAPERS and len(routes) > 95
        yield read


def in_its_own_words(law: Law, known: Book) -> re.Pattern[str]:
    """What the law of a place and day says itself, as pages and as papers print it."""
    rows = (text for each in law.rows for text in (each.cite, each.says, each.note, each.source))
    places = from_local_to_national(law.place)
    texts = (each.short for each in known.texts.values() if each.place in places)
    return any_of([*rows, *texts])


def any_of(sayings: list[str]) -> re.Pattern[str]:
    """The longest first, so that an article is not taken for its paragraph's; papers are read without blanks."""
    every = {form for each in sayings if each for form in (each, "".join(each.split()))}
    return re.compile("|".join(map(re.escape, sorted(every, key=len, reverse=True))))


def test_it_is_the_opposite_of_every_value_of_liuzhou(tmp_path: Path) -> None:
    known, day = book(tmp_path), read_day("2026-08-18")
    here, there = known.at(day, LIUZHOU), known.at(day, ELSEWHERE)
    own = {each.key for each in here.rows if each.place == LIUZHOU} - {"mstation.exit_mechanism"}
    assert own <= OPPOSITE.keys()
    assert not [key for key in OPPOSITE if here.value(key).value == there.value(key).value]


def test_a_place_of_the_opposite_reads_nothing_of_liuzhou(migrated: None, tmp_path: Path) -> None:
    known, day = book(tmp_path), "2026-08-18"
    law = in_its_own_words(known.at(read_day(day), ELSEWHERE), known)
    with everything_read(known, ELSEWHERE, day, begins="鄂A", papers=("certificate",)) as read:
        faults = [
            f"{who or 'anybody'} {each.page}: {text[max(0, hit.start() - 30) : hit.end() + 30]!r}"
            for who, each in read
            if each.route not in SPEAKS_OF_OTHERS
            for text in [law.sub("", words_of(each))]
            for hit in OF_LIUZHOU.finditer(text)
        ]
        assert SHEET not in {each.route for _, each in read}
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("day", "law", "other"),
    [("2026-08-14", AIR_LAW, CODE), ("2026-08-15", CODE, AIR_LAW)],
    ids=["before", "after"],
)
def test_every_page_and_paper_cites_the_law_in_force_that_day(
    migrated: None, day: str, law: str, other: str
) -> None:
    known, today = load(), read_day(day)
    running = {each.cite for each in known.at(today, LIUZHOU).rows}
    places = from_local_to_national(LIUZHOU)
    running |= {text.short for text in known.texts.values() if text.rules(today) and text.place in places}
    running |= {"".join(each.split()) for each in running}
    every = any_of([each.cite for rows in known.values.values() for each in rows] + [*shorts(known)])
    found: dict[str, set[str]] = {}
    with everything_read(known, LIUZHOU, day) as read:
        assert SHEET in {each.route for _, each in read}
        for who, each in read:
            for cite in every.findall(words_of(each)):
                found.setdefault(cite, set()).add(f"{who or 'anybody'} {each.page}")
    assert not {cite: pages for cite, pages in found.items() if cite not in running}
    assert [cite for cite in found if cite.startswith(law)]
    assert not [cite for cite in found if cite.startswith(other)]
    assert len(found) > 50


def shorts(known: Book) -> set[str]:
    return {text.short for text in known.texts.values()}

"""Anyone can look up a paper's entry, keep the hourly roots and take the program that checks them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
from django.test import Client

from imloop.papers.assemble import notice_pdf, report_pdf
from imloop.proof import journal as proof
from imloop.steps.journal.prove_journal import export_journal
from imloop.steps.journal.seals import seal
from imloop.store.models import JournalEntry, Notice, Test
from support.city import City, at


def words(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_a_paper_leads_to_its_entry_and_the_entry_to_its_root(city: City) -> None:
    receipt = city.test("2026-03-02 09:00", co=0.9)
    for pdf, kind in (
        (notice_pdf(Notice.objects.get()), "notice-issued"),
        (report_pdf(Test.objects.get()), "test-received"),
    ):
        number, start = re.findall(r"日志第 (\d+) 条 ([0-9a-f]{16})", words(pdf))[0]
        entry = JournalEntry.objects.get(number=int(number))
        assert (entry.kind, entry.hash[:16]) == (kind, start)
        page = Client().get(f"/public/journal/{number}")
        assert (
            page.status_code == 200 and start in page.content.decode() and "待封存" in page.content.decode()
        )
    seal(at("2026-03-03 00:05"))
    assert "在册" in Client().get(f"/public/journal/{number}").content.decode()
    found = Client().get(f"/api/v1/public/journal/{number}").json()
    said = Client().get("/api/v1/public/journal/root?days=366").json()
    assert proof.check_receipt(receipt.body, found, proof.published_in(said)).lines()[-1] == "sound"
    assert [row["root"] for row in said["roots"]] == [found["root"]]
    assert found["root"] in Client().get("/public/journal").content.decode()


def test_nothing_of_what_an_entry_says_is_given_away(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    entry = JournalEntry.objects.get(kind="test-received")
    for address in (f"/public/journal/{entry.number}", f"/api/v1/public/journal/{entry.number}"):
        text = Client().get(address).content.decode()
        assert entry.subject not in text and entry.body not in text and entry.actor not in text


def test_a_number_leads_on_and_an_odd_one_is_named(city: City) -> None:
    assert Client().get("/public/journal", {"number": " 7 "})["Location"] == "/public/journal/7"
    assert Client().get("/public/journal", {"number": "seven"}).status_code == 422
    assert Client().get("/public/journal/7").status_code == 404
    assert Client().get("/api/v1/public/journal/7").status_code == 404
    assert "还没有封存的时段" in Client().get("/public/journal").content.decode()


def test_the_checker_served_runs_by_itself(city: City, tmp_path: Path) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    program, export = tmp_path / "check.py", tmp_path / "export.ndjson"
    program.write_bytes(Client().get("/public/journal/check.py").content)
    with export.open("w", encoding="utf-8") as out:
        export_journal(out)
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, "verify", export], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (3, b"not checkable"), "without roots"
    roots = tmp_path / "roots.json"
    roots.write_bytes(Client().get("/api/v1/public/journal/root").content)
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, "verify", export, roots], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, b"sound")

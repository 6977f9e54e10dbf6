"""What the law says: dated, cited data files, and the book that answers "what was in force then, there?".

book = load()
law = book.at(date(2026, 3, 5), "450200")
law.number("limits.ASM.a.co_5025_pct"), law.cite("limits.ASM.a.co_5025_pct")
law.watch.gas_impossible.co2_pct    # a threshold of doubts: dated and sourced like the law, but no law
book.for_act(act_day, decision_day, "450200").value("penalty.forged_report.max_yuan")    # the milder of two days
"""

from imloop.law.acts import ActLaw, Imposed, highest_only, time_barred
from imloop.law.book import Book, Law, load
from imloop.law.overlay import Assumed, overlay
from imloop.law.values import LawError, LawMissing, LawUnseen, Value
from imloop.law.working_days import WorkingDays

__all__ = [
    "ActLaw",
    "Assumed",
    "Book",
    "Imposed",
    "Law",
    "LawError",
    "LawMissing",
    "LawUnseen",
    "Value",
    "WorkingDays",
    "highest_only",
    "load",
    "overlay",
    "time_barred",
]

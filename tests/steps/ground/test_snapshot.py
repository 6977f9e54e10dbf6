"""What is read in a snapshot is of one moment, whatever others write meanwhile; they wait for nobody."""

from __future__ import annotations

from support.servers.commands import Commands

SCRIPT = """
import threading
import django; django.setup()
from django.db import connection, connections
from django.db.utils import DatabaseError
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.clock import now
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import snapshot
from imloop.store.models import JournalEntry

def others_write():
    def work():
        with writing(now(), SYSTEM) as ledger:
            ledger.note("looked-up", "somebody else", {})
        connections.close_all()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    return not thread.is_alive()

def count():
    return JournalEntry.objects.count()

before = count()
with snapshot():
    assert count() == before
    assert others_write(), "they wait for the reader"
    with snapshot():
        assert count() == before, "of another moment"
assert count() == before + 1
try:
    with snapshot(), writing(now(), SYSTEM) as ledger:
        ledger.note("looked-up", "the reader", {})
    raise SystemExit("a snapshot was written in")
except DatabaseError:
    pass
assert others_write() and count() == before + 2, "it is over"
with writing(now(), SYSTEM) as ledger:
    ledger.note("looked-up", "the reader", {})
    with snapshot():
        assert JournalEntry.objects.count() == before + 2
assert count() == before + 3
print("one moment")
"""


def test_all_that_is_read_within_is_of_one_moment(imloop: Commands) -> None:
    imloop("migrate")
    assert imloop.python(SCRIPT).endswith("one moment\n")

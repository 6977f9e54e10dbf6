"""Who may test, repair, pass and drive, on any day:
each gate a pure function over loaded facts and the law of the day."""

from imloop.gates.answer import Answer

__all__ = ["Answer"]

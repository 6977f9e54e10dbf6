"""Penalty cases of the demo city, from the first sign to the archive."""

from imloop.sim.penalties.happen import enter_penalties
from imloop.sim.penalties.on_the_spot import enter_decisions_on_the_spot

__all__ = ["enter_decisions_on_the_spot", "enter_penalties"]

"""Penalty cases of the demo city, from the first sign to the archive."""

from imloop.sim.penalties.forger import FORGED, enter_forger
from imloop.sim.penalties.happen import enter_penalties

__all__ = ["FORGED", "enter_forger", "enter_penalties"]

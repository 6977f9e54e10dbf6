"""Penalty cases: opening one, and what one opens."""

"""Proceedings: the matter with its steps, and what else stands in its file."""

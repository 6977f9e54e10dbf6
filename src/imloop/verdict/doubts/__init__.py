"""Findings beside a verdict, which they never change: is the recording plausible, how was the run driven. Pure."""

from imloop.verdict.doubts.conduct import load_kw
from imloop.verdict.doubts.plausibility import doubts

__all__ = ["doubts", "load_kw"]

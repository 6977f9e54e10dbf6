"""Inputs as sloppy as those of the field, each with one right answer: `make neighbours`."""

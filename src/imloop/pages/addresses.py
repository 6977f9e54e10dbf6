"""Addresses of what others have numbered: a test, a repair, a line, with whatever signs the number has."""

from __future__ import annotations

from imloop.exchange.http.addresses import in_address


def page_of_test(station: str, test_no: str) -> str:
    return _at(f"/tests/{in_address(test_no)}", station)


def report_of_test(station: str, test_no: str) -> str:
    return _at(f"/reports/{in_address(test_no)}.pdf", station)


def trace_of_test(station: str, test_no: str) -> str:
    return _at(f"/traces/{in_address(test_no)}.csv", station)


def page_of_repair(shop: str, repair_no: str) -> str:
    """Below it are its files."""
    return f"/repairs/{in_address(shop)}/{in_address(repair_no)}"


def page_of_line(station: str, code: str) -> str:
    return f"/lines/{in_address(station)}/{in_address(code)}"


def _at(path: str, station: str) -> str:
    return f"{path}?station={in_address(station)}"

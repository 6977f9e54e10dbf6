"""Every page and call is reached by its own address: none stands behind another that takes any sign."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve

from imloop.api.app import api
from imloop.pages.urls import urlpatterns

MARKED = re.compile(r"<(?:(\w+):)?\w+>")
ADDRESSES = sorted(
    {f"/{each.pattern}" for each in urlpatterns} | {f"/api/v1/{each.pattern}" for each in api.urls[0]}
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_hides_another(address: str) -> None:
    path = MARKED.sub(lambda mark: "1" if mark[1] == "int" else "x", address)
    assert f"/{resolve(path).route}" == address

"""What may be on where only this machine asks, and nowhere else: the demo, debugging, log-in by password alone."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError

from imloop.facts.text import Text
from imloop.steps.journal.demo_mark import is_demo


def is_open(base_url: str, host: str = "") -> bool:
    """Others than this machine may come: the address people use is ``https`` or not loopback, or so is ``host``, on
    which the server listens."""
    address = urlsplit(base_url)
    return (
        address.scheme == "https"
        or not _loopback(address.hostname or "")
        or not _loopback(host or "localhost")
    )


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def dangers(host: str = "", *, demo: bool = False) -> dict[str, Text]:
    """Name → what must not be on here, and what to do; empty on loopback. ``demo``: the demo city is about to be
    loaded."""
    if not is_open(settings.BASE_URL, host):
        return {}
    found = {}
    if demo or _is_demo():
        found["demo"] = Text(
            "这里装有演示城市：口令和密钥都写在文件里，不得对外开放。正式使用请另用空的数据目录和数据库。",
            "The demo city is loaded: its passwords and keys lie in a file. Never on an open address; for real work "
            "use an empty data directory and database.",
        )
    if settings.DEBUG:
        found["debug"] = Text(
            "调试开着，会向任何人显示程序内部：去掉 IMLOOP_DEBUG。",
            "Debugging is on and shows the inside of the program to anyone: unset IMLOOP_DEBUG.",
        )
    if not settings.DEPARTMENT_TOTP and "demo" not in found:  # which goes without by itself
        found["second-factor"] = Text(
            "部门人员只凭密码登录：去掉 IMLOOP_DEPARTMENT_TOTP=0。",
            "Departments log in by password alone: unset IMLOOP_DEPARTMENT_TOTP=0.",
        )
    return found


def _is_demo() -> bool:
    """No tables yet: no demo either. A database that does not answer is another check's fault."""
    try:
        return is_demo()
    except DatabaseError:
        return False

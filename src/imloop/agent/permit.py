"""May this vehicle be retested here? The platform answers; without network, what the station can do is said instead."""

from __future__ import annotations

from datetime import datetime

from imloop.agent.paper import Paper
from imloop.agent.sending.platform import Answer, NoNetwork, Platform
from imloop.facts.text import Reason, Text

_PATIENCE = 3.0


def ask(platform: Platform, query: str, now: datetime) -> Answer | None:
    """The platform's own answer, whatever it says; None without network or while it cannot answer."""
    try:
        answer = platform.get("retest-permit", now, query, patience=_PATIENCE)
    except NoNetwork:
        return None
    return None if answer.status >= 500 or answer.json is None else answer


def no_network(paper: Paper, now: datetime) -> dict[str, object]:
    """In the shape of a permit: not allowed by itself, with the way that an outage leaves open."""
    left = len(paper.usable(now))
    way = (
        Text(
            f"按系统故障程序办理：今天还有 {left} 张离线凭单，核对车主出示的竣工合格证与结算清单后"
            "用 imloop agent voucher use 登记。",
            f"Follow the outage procedure: {left} vouchers are left today; "
            "check the owner's certificate and settlement list, "
            "then enter one with imloop agent voucher use.",
        )
        if left
        else Text(
            "今天没有可用的离线凭单：电话联系平台运维人员解锁，或网络恢复后再查。",
            "No voucher is left today: call the platform's operator for an unlock, "
            "or ask again when the network is back.",
        )
    )
    reason = Reason(
        "no-network",
        Text(
            "平台无法连接，不能核验维修记录。",
            "The platform cannot be reached: the repair record cannot be checked.",
        ),
        next=way,
    )
    return {
        "allowed": False,
        "reasons": [reason.to_json()],
        "case": None,
        "offline": True,
        "vouchers_left": left,
    }

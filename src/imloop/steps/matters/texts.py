"""What the journal records of matters, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "matter-step": Text("事项进展", "matter step"),
    "complaint-followed": Text("关注投诉举报", "complaint followed"),
    "identity-asked": Text("申请查看举报人", "asked to read who reported"),
    "identity-allowed": Text("批准查看举报人", "reading who reported allowed"),
    "identity-refused": Text("不批准查看举报人", "reading who reported refused"),
    "identity-read": Text("查看举报人", "read who reported"),
    "reward-drawn": Text("取领取号", "number to collect drawn"),
    "reward-paid": Text("支付奖励", "reward paid"),
    "evidence-added": Text("添加证据", "evidence added"),
    "copy-sent": Text("发出抄告", "copy sent"),
    "copy-received": Text("签收抄告", "copy received"),
    "copy-answered": Text("答复抄告", "copy answered"),
}
TOPICS = ("matter-step", "copied", "copy-answered", "standing-published", "scrappage")
"""What a department is told of it."""

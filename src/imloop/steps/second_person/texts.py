"""What the journal and messages say of proposals."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "broke-glass": Text("无人可以确认，先行生效", "in force before anybody confirmed"),
    "proposal-confirmed": Text("第二人确认", "confirmed by a second person"),
    "proposal-lapsed": Text("无人确认，失效", "lapsed, as nobody confirmed"),
    "proposal-rejected": Text("第二人退回", "rejected by a second person"),
    "proposal-withdrawn": Text("撤回待确认事项", "proposal withdrawn"),
    "proposed": Text("提出，待第二人确认", "proposed, waits for a second person"),
}
TOPICS = ("proposal",)
STATES: dict[str, Text] = {
    "waiting": Text("待确认", "waits"),
    "in_force": Text("先行生效，待确认", "in force, waits"),
    "confirmed": Text("已确认", "confirmed"),
    "rejected": Text("已退回", "rejected"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "lapsed": Text("已失效", "lapsed"),
}

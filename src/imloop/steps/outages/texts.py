"""What the journal records of outages and of what was done on paper, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "outage-declared": Text("宣布系统故障", "outage declared"),
    "outage-ended": Text("宣布故障结束", "outage ended"),
    "outage-taken-back": Text("故障宣布未获确认，已收回", "outage not confirmed, taken back"),
    "run-held-again": Text("检验时间重新待核实", "a run's time waits again"),
    "paper-accepted": Text("凭纸质材料复检", "paper accepted"),
    "paper-matched": Text("纸质材料与维修记录相符", "paper matched"),
    "paper-unmatched": Text("维修记录逾期未补传", "paper unmatched"),
    "redemption-refused": Text("退回离线凭单", "used voucher refused"),
    "vouchers-issued": Text("发放离线凭单", "vouchers issued"),
}
TOPICS = ("outage-declared", "outage-ended", "outage-taken-back")
"""What a department is told of it."""

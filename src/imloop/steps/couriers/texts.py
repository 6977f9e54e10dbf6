"""What the journal records of receivers outside."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "dead-letter": Text("外送失败", "dead letter"),
    "dead-letter-dismissed": Text("放弃外送", "dead letter dismissed"),
    "delivery-differs": Text("外送内容不一致", "delivery differs"),
    "receiver-added": Text("添加外送对象", "receiver added"),
    "receiver-paused": Text("暂停外送", "receiver paused"),
    "receiver-replayed": Text("重送", "receiver replayed"),
    "receiver-resumed": Text("恢复外送", "receiver resumed"),
}

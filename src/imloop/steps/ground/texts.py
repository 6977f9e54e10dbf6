"""What the journal records of every subject alike: looks, files, doubts, imports."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "attached": Text("附加文件", "file attached"),
    "findings": Text("线索", "findings"),
    "import": Text("导入", "imported"),
    "looked-up": Text("查看", "looked up"),
}

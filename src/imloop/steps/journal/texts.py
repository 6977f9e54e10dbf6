"""What the journal records of itself."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "cli-run": Text("在服务器上执行命令", "command run on the server"),
    "demo-loaded": Text("装入演示城市", "demo city loaded"),
    "hour-sealed": Text("公布每时根", "hourly root"),
    "law-in-use": Text("启用的法律数据", "law data in use"),
    "looks-sealed": Text("封存查看记录", "looks sealed"),
    "restored": Text("从备份恢复", "restored from a backup"),
    "day-sealed": Text("公布每日根", "daily root"),
}
TOPICS = ("operator-acted",)
"""What a department is told of it."""

"""The queue as a small page for the people of the station: Chinese first, no script, refreshed by the browser."""

from __future__ import annotations

from datetime import datetime
from html import escape

from imloop.agent.spool import Figures, Item, Room, Spool, State
from imloop.agent.status import Status, status

_STATES = {
    State.WAITING: ("等待上传", "waiting"),
    State.SENT: ("已上传", "sent"),
    State.REFUSED: ("平台拒收", "refused"),
}
_KINDS = {
    "test": "检验 test",
    "repair": "维修 repair",
    "check": "自检 check",
    "redeem": "离线凭单 voucher",
    "photo": "照片 photograph",
}
_ROOM = {
    Room.OK: "",
    Room.TIGHT: "暂存空间将满 · spool nearly full",
    Room.FULL: "暂存已满，不再接收 · spool full",
}
SHOWN = 50

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, "Noto Sans SC", sans-serif; margin: 1rem auto; max-width: 64rem; padding: 0 1rem; }
dl { display: grid; gap: .25rem 1rem; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); }
dl div { border: 1px solid; border-radius: .4rem; padding: .4rem .8rem; }
dt { font-size: .85rem; } dd { font-size: 1.3rem; margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid; padding: .3rem .5rem; text-align: left; vertical-align: top; }
th, td { overflow-wrap: anywhere; }
@media (max-width: 48rem) {
  thead { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
  tr { border-bottom: 2px solid; display: block; padding: .3rem 0; }
  td { border: 0; display: grid; gap: .5rem; grid-template-columns: 8rem 1fr; padding: .1rem 0; }
  td::before { content: attr(data-name); }
}
.warn { border: 2px solid; padding: .5rem .8rem; font-weight: 600; }
"""


def page(spool: Spool, station: str, now: datetime) -> str:
    found = status(spool, station, now)
    figures = found.figures
    refused, recent = spool.items(State.REFUSED, SHOWN), spool.items("", SHOWN)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="10">'
        f'<title>采集端 {escape(station)}</title><link rel="stylesheet" href="/style.css"></head><body><main>'
        f"<h1>检验站采集端 {escape(station)} <small>station agent</small></h1>"
        + _warnings(figures, found)
        + _figures(figures, found, now)
        + (_table("平台拒收 · refused", refused) if refused else "")
        + (_table("最近的报文 · latest", list(reversed(recent))) if recent else _empty())
        + "</main></body></html>"
    )


def _warnings(figures: Figures, found: Status) -> str:
    said = [_ROOM[figures.room]] if figures.room is not Room.OK else []
    if figures.waiting and found.last_error:
        said.append(f"最近一次上传未成功 · last try failed: {found.last_error}")
    if found.clock_is_off:
        said.append(f"本机时钟与平台相差 {found.clock_skew_s:+.0f} 秒，请校准 · set this computer's clock")
    return "".join(f'<p class="warn" role="status">{escape(words)}</p>' for words in said)


def _figures(figures: Figures, found: Status, now: datetime) -> str:
    cells = [
        ("等待上传 · waiting", str(figures.waiting)),
        ("积压 · backlog", f"{figures.backlog_minutes(now)} 分钟 min"),
        ("已上传 · sent", str(figures.sent)),
        ("平台拒收 · refused", str(figures.refused)),
        ("最近联通 · last contact", found.last_contact[:16].replace("T", " ") or "–"),
        ("暂存 · spool", f"{figures.stored / 2**20:,.1f} / {figures.limit / 2**20:,.0f} MB"),
    ]
    return (
        "<dl>"
        + "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in cells)
        + "</dl>"
    )


_HEADS = ("号 no.", "报文 message", "状态 state", "收到 taken in", "次数 tries", "平台答复 answer")


def _table(title: str, items: list[Item]) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in _HEADS)
    rows = "".join(f"<tr>{_cells(item)}</tr>" for item in items)
    return f"<h2>{title}</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(item: Item) -> str:
    """Each with its heading, which a narrow screen shows beside it."""
    values = (
        str(item.id),
        _KINDS.get(item.kind, item.kind),
        " ".join(_STATES[State(item.state)]),
        item.accepted_at[:19].replace("T", " "),
        str(item.tries),
        item.error or str(item.status or "–"),
    )
    pairs = zip(_HEADS, values, strict=True)
    return "".join(f'<td data-name="{name}"><span>{escape(value)}</span></td>' for name, value in pairs)


def _empty() -> str:
    return (
        "<p>还没有报文：把检测软件的文件放入监视文件夹，或让它上传到本机端口。<br>"
        "Nothing yet: put a file of the line's software into the watched folder, or let it post to this port.</p>"
    )

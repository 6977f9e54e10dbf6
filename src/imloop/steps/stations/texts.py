"""What the journal records of stations, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "certificate-entered": Text("登记证书", "certificate entered"),
    "certificate-warned": Text("证书到期提醒", "certificate warning"),
    "contact-changed": Text("更改联系方式", "contact changed"),
    "party-changed": Text("更改单位登记", "party changed"),
    "party-registered": Text("登记单位", "party registered"),
    "staff-joined": Text("登记人员", "staff joined"),
    "staff-left": Text("人员离开", "staff left"),
}
TOPICS = ("certificate-entered", "certificate-expiring")
"""What a department is told of it."""

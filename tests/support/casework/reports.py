"""Reports as people hand them in on the page, without a log-in."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from support.city import NEAR, PLACE
from support.messages.photographs import by_telephone

SMOKE = {
    "category": "smoky_vehicle",
    "place": "450203",
    "address": "飞鹅路与跃进路口",
    "latitude": "24.31220",
    "longitude": "109.42801",
    "text": "一辆红色货车冒黑烟，味道很大",
    "plate": "桂B12345",
    "kind": "truck",
    "name": "韦小明",
    "phone": "13907720120",
    "sure": "1",
}
FAKE = {
    "category": "false_test",
    "place": PLACE,
    "party": NEAR,
    "text": "没有上线就给了合格报告，另外收了三百元",
    "how": "no_test",
    "money": "yes",
    "insider": "1",
    "sure": "1",
}


def photo(body: bytes = b"", name: str = "IMG_0001.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body or by_telephone(), "image/jpeg")


def reported(form: dict[str, str], *photos: SimpleUploadedFile) -> tuple[str, str, list[str]]:
    """Number, secret address and codes, as the page says them."""
    answer = Client().post("/report", {**form, **({"photo": list(photos)} if photos else {})})
    text = answer.content.decode()
    assert answer.status_code == 200 and "已收到" in text, text
    number = re.search(r"450\d{3}-S\d{4}-\d{5}", text)
    address = re.search(r'href="(/report/p/[\w-]+)"', text)
    assert number and address
    return number[0], address[1], re.findall(r"<pre>([\w-]+)</pre>", text)

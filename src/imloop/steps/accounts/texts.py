"""What the journal records of people and keys, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "delegated": Text("委托", "delegated"),
    "delegation-ended": Text("结束委托", "delegation ended"),
    "head-set": Text("设为负责人", "made head of the party"),
    "head-unset": Text("不再是负责人", "no longer head of the party"),
    "invitation-withdrawn": Text("撤回邀请", "invitation withdrawn"),
    "invited": Text("邀请", "invited"),
    "key-issued": Text("发放密钥", "key issued"),
    "key-revoked": Text("吊销密钥", "key revoked"),
    "key-rotated": Text("更换密钥", "key rotated"),
    "payer-set": Text("设为奖励支付人员", "marked as paying rewards"),
    "payer-unset": Text("不再支付奖励", "no longer pays rewards"),
    "person-cleared": Text("清除身份证登记", "identity card cleared"),
    "person-named": Text("登记身份证", "identity card entered"),
    "second-factor-off": Text("停用动态口令", "second factor off"),
    "second-factor-on": Text("启用动态口令", "second factor on"),
    "second-factor-reset": Text("重置动态口令", "second factor reset"),
    "sessions-ended": Text("退出登录", "sessions ended"),
    "user-back": Text("恢复账号", "account reopened"),
    "user-created": Text("建立账号", "account created"),
    "user-left": Text("停用账号", "account closed"),
    "user-unlocked": Text("解锁账号", "account unlocked"),
}
ABOUT_PEOPLE = (
    *("user-created", "user-left", "user-back", "head-set", "head-unset"),
    *("second-factor-reset", "person-cleared", "payer-set", "payer-unset"),
)
TOPICS = (
    *("key-issued", "key-rotated", "key-revoked", "keys-of-leaver", "invited"),
    *ABOUT_PEOPLE,
)
"""What a department is told of it."""

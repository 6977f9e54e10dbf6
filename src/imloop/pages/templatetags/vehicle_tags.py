"""How a vehicle of the register and its changes are written for people."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from imloop.pages.templatetags.imloop_tags import in_words
from imloop.store.models import Vehicle

register = template.Library()


@register.filter
def trace_back_of(vehicle: Vehicle) -> str:
    """The page that leads back from it to who passed and who repaired it."""
    return f"/vehicles/{vehicle.pk}/trace-back"


@register.simple_tag
def vehicle_status(status: str) -> SafeString:
    css = {"active": "pass", "moved_out": "wait"}.get(status, "fail")
    name = in_words(status, active=_("正常"), moved_out=_("转出"), cancelled=_("注销"), scrapped=_("报废"))
    return format_html('<span class="tag {}">{}</span>', css, name)


@register.simple_tag
def vehicle_change(kind: str) -> str:
    return in_words(
        kind,
        sold=_("转让"),
        moved_in=_("转入"),
        moved_out=_("转出"),
        cancelled=_("注销"),
        scrapped=_("报废"),
        reinstated=_("恢复"),
        corrected=_("更正登记资料"),
    )

"""Which other complaints may be the same: those of one category near in time, in the same city."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db.models import QuerySet

from imloop.law import Law
from imloop.matters.complaints.duplicates import Told, Twin, twins
from imloop.steps.ground.access import city_of, place_prefix
from imloop.store.models import Complaint

_MOST, _SIGNS = 200, 400
"""Compared: the latest others, and so many signs of each: of one kind in a city and a month there are fewer."""


def told_of(complaint: Complaint) -> Told:
    """What of a complaint is compared."""
    here = complaint.latitude, complaint.longitude
    return Told(
        complaint.category,
        complaint.on,
        complaint.text[:_SIGNS],
        complaint.matter.matter_no,
        complaint.party_named,
        complaint.plate,
        (here[0], here[1]) if here[0] is not None and here[1] is not None else None,
    )


def known_near(complaint: Complaint, law: Law) -> QuerySet[Complaint]:
    """The others of its category, near in time, in its city."""
    told = told_of(complaint)
    return _known(told, complaint.matter.place, law).exclude(pk=complaint.pk)


def twins_of(complaint: Complaint, law: Law) -> tuple[Twin, ...]:
    """For whoever handles it."""
    return _twins(told_of(complaint), known_near(complaint, law), law)


def twins_while_typing(told: Told, place: str, law: Law) -> tuple[Twin, ...]:
    """For whoever is about to report; only open ones."""
    told = replace(told, text=told.text[:_SIGNS])
    return _twins(told, _known(told, place, law).filter(matter__closed_at__isnull=True), law)


def _known(told: Told, place: str, law: Law) -> QuerySet[Complaint]:
    apart = timedelta(days=law.integer("complaint.twin_days"))
    return Complaint.objects.filter(
        category=told.category,
        on__range=(told.on - apart, told.on + apart),
        matter__place__startswith=place_prefix(city_of(place)),
    ).select_related("matter")


def _twins(told: Told, known: Iterable[Complaint], law: Law) -> tuple[Twin, ...]:
    rows = known.order_by("-on", "-id")[:_MOST] if isinstance(known, QuerySet) else known
    return twins(told, [told_of(each) for each in rows], law)

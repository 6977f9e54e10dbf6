"""Proposals that wait for a second person. What was proposed is frozen; only what became of it changes."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

_TABLE = "store_proposal"
_FREE = ("state", "done", "decided_at", "decided_by", "decision")
_STATES = [
    ("waiting", "待确认"),
    ("in_force", "先行生效，待确认"),
    ("confirmed", "已确认"),
    ("rejected", "已退回"),
    ("withdrawn", "已撤回"),
    ("lapsed", "已失效"),
]


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, _TABLE, _FREE)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, _TABLE)


def _party(told: str) -> Any:
    return models.ForeignKey(
        help_text=told, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.party"
    )


class Migration(migrations.Migration):
    dependencies = [("store", "0057_matter_file")]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="of steps/second_person/kinds.py", max_length=24)),
                ("subject", models.CharField(help_text="as the journal names the object", max_length=120)),
                ("place", models.CharField(max_length=6)),
                ("body", models.JSONField(help_text="what the act needs when it is carried out")),
                ("reason", models.CharField(max_length=400)),
                ("proposed_by", models.CharField(max_length=80)),
                ("proposed_at", models.DateTimeField()),
                ("needs", models.CharField(help_text="kind of party that confirms", max_length=12)),
                ("expires_at", models.DateTimeField(help_text="until then it can be confirmed")),
                (
                    "alone",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="why it took effect before anybody confirmed",
                        max_length=400,
                    ),
                ),
                ("state", models.CharField(choices=_STATES, default="waiting", max_length=10)),
                ("done", models.JSONField(default=dict, help_text="what was made when it was carried out")),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=80)),
                ("decision", models.CharField(blank=True, default="", max_length=400)),
                (
                    "asked",
                    _party("the one party whose people confirm; null: any of the kind in charge of the place"),
                ),
                ("party", _party("who proposes; null: the operator")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "expires_at"], name="proposal_state"),
                    models.Index(fields=["kind", "subject"], name="proposal_subject"),
                ],
            },
        ),
        migrations.RunPython(freeze, thaw),
    ]

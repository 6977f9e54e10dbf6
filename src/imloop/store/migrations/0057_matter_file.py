"""A matter's file: clocks, whom it concerns, what it goes together with, evidence, copies to departments, and what the
public reads of it as rows that can be withdrawn."""

import datetime

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

PUBLISHED = {
    "istation-application": ("approve",),
    "mstation-application": ("approve",),
    "withdrawal": ("approve",),
    **dict.fromkeys(("suspension", "strike-off", "revocation"), ("decide", "overturn", "resume")),
}
"""Kind → steps that were published until now."""
OF_THE_PARTY = ("returned", "notified", "in_force")


def start_clocks(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The day that a state's time ended becomes the clock of that state."""
    matters = apps.get_model("store", "Matter").objects
    for row in matters.filter(closed_at__isnull=True, due_on__isnull=False).iterator():
        last = row.events.order_by("-number").first()
        since = (last.at if last else row.opened_at).astimezone(
            datetime.timezone(datetime.timedelta(hours=8))
        )
        clock = {
            "name": "state",
            "key": f"matter.{row.state}_days",
            "started_on": since.date().isoformat(),
            "due_on": row.due_on.isoformat(),
            "of_party": row.state in OF_THE_PARTY,
        }
        row.data["clocks"] = [clock]
        row.save(update_fields=["data"])


def publish(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """What was shown because of its step is shown because of its row."""
    events = apps.get_model("store", "MatterEvent").objects.select_related("matter")
    publications = apps.get_model("store", "Publication").objects
    for kind, steps in PUBLISHED.items():
        for event in events.filter(matter__kind=kind, kind__in=steps).iterator():
            publications.create(event=event, matter=event.matter, place=event.matter.place, at=event.at)


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_evidence")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_evidence")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0055_due_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="assigned_to",
            field=models.CharField(
                blank=True, default="", help_text="account that goes on with it", max_length=150
            ),
        ),
        migrations.AddField(
            model_name="matter",
            name="office",
            field=models.CharField(
                blank=True,
                default="",
                help_text="code of the department in charge; empty: by the subject",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="matterevent",
            name="due_on",
            field=models.DateField(help_text="by when a department had to take it", null=True),
        ),
        migrations.AlterField(
            model_name="matter",
            name="data",
            field=models.JSONField(
                default=dict, help_text="what was asked for, what the events said since, clocks"
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="due_on",
            field=models.DateField(
                help_text="the first last day of all that runs, of clocks and requirements", null=True
            ),
        ),
        migrations.CreateModel(
            name="MatterParty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("respondent", "当事人"),
                            ("owner", "车主"),
                            ("repairer", "维修单位"),
                            ("reporter", "举报人、投诉人"),
                            ("third", "利害关系人"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                ("entered_at", models.DateTimeField()),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parties", to="store.matter"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.party",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("test", "检验"),
                            ("repair", "维修记录"),
                            ("case", "闭环案件"),
                            ("finding", "线索"),
                            ("file", "文件、照片"),
                            ("video", "视频"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reference", models.CharField(max_length=300)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("words", models.CharField(blank=True, default="", max_length=400)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=80)),
                (
                    "finding",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="store.finding",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="store.matter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("matter__isnull", False), ("finding__isnull", False), _connector="OR"
                        ),
                        name="evidence_of_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MatterCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent_by", models.CharField(help_text="code of the department", max_length=40)),
                ("wanted", models.CharField(max_length=1000)),
                ("sent_at", models.DateTimeField()),
                ("answer_due", models.DateField()),
                ("received_at", models.DateTimeField(null=True)),
                ("received_by", models.CharField(blank=True, default="", max_length=80)),
                ("answer", models.CharField(blank=True, default="", max_length=1000)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, default="", max_length=80)),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="store.matter"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="store.party"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["to", "answer_due"],
                        name="copy_unanswered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MatterLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("merged", "并入"), ("opened_from", "由此立案"), ("twin", "关联案件")],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="store.matter"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links_back",
                        to="store.matter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("matter", "other", "kind"), name="link_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=6)),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, default="", max_length=80)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publication",
                        to="store.matterevent",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="store.matter",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=["-at"],
                        name="publication_shown",
                    )
                ],
            },
        ),
        migrations.RunPython(start_clocks, migrations.RunPython.noop),
        migrations.RunPython(publish, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]

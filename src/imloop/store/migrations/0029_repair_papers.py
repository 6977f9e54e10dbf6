"""The numbers of repair papers, in their normal form and by index, those of earlier repairs and unlocks too."""

from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.facts.identifiers import paper_number
from imloop.store.migrations import _frozen

_AT_ONCE = 500


def enter_numbers(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    papers = apps.get_model("store", "RepairPaper").objects
    for rows in _batches(_known(apps)):
        papers.bulk_create(rows)
    _frozen.freeze(editor, "store_repairpaper")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_repairpaper")


def _known(apps: StateApps) -> Iterator[Any]:
    Paper = apps.get_model("store", "RepairPaper")
    for repair in apps.get_model("store", "Repair").objects.only("record", "shop").order_by("pk").iterator(_AT_ONCE):
        written = repair.record.get("documents", {})
        for kind in ("certificate", "settlement", "invoice"):
            if number := paper_number(str(written.get(f"{kind}_no") or ""), 1):
                yield Paper(kind=kind, number=number[:64], shop_id=repair.shop_id, repair_id=repair.pk)
    for unlock in apps.get_model("store", "PaperUnlock").objects.order_by("pk").iterator(_AT_ONCE):
        for kind in ("certificate", "settlement"):
            if number := paper_number(getattr(unlock, f"{kind}_no"), 1):
                yield Paper(kind=kind, number=number[:64], shop_id=unlock.shop_id, unlock_id=unlock.pk)


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    yield batch


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0028_vehicle_sources'),
    ]

    operations = [
        migrations.CreateModel(
            name='WrongClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wrong_claims', to='store.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('shop', 'day'), name='wrong_claims_per_shop_and_day')],
            },
        ),
        migrations.CreateModel(
            name='RepairPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('certificate', '竣工出厂合格证'), ('settlement', '结算清单'), ('invoice', '发票')], max_length=12)),
                ('number', models.CharField(max_length=64)),
                ('repair', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='store.repair')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.party')),
                ('unlock', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='store.paperunlock')),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'number'], name='repair_paper_number')],
                'constraints': [models.CheckConstraint(condition=models.Q(('repair__isnull', False), ('unlock__isnull', False), _connector='XOR'), name='paper_of_record_or_unlock')],
            },
        ),
        migrations.RunPython(enter_numbers, thaw),
    ]

"""Every fact of a vehicle gets a source; a change of what gates ask waits for a second person; lists keep their bytes.
Of what was proposed only the decision may change, of a list nothing."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen
from imloop.store.migrations._vehicle_words import sort_words

DECISION = ("state", "decided_at", "decided_by", "decision")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_registerfile")
    _frozen.freeze(editor, "store_heldchange", DECISION)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_registerfile")
    _frozen.thaw(editor, "store_heldchange")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0027_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='vehicle',
            name='registered',
            field=models.BooleanField(default=False, help_text='an authority entered it'),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='sources',
            field=models.JSONField(default=dict, help_text='field: [who of the authorities said it, day, evidence]'),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='stated',
            field=models.JSONField(default=dict, help_text='field: [value, by whom, day, settled on]: the latest word of stations and owners; feeds no gate'),
        ),
        migrations.AlterField(
            model_name='vehicle',
            name='facts',
            field=models.JSONField(default=dict, help_text="the authorities' word, contract §2 names"),
        ),
        migrations.CreateModel(
            name='RegisterFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('kind', models.CharField(max_length=12)),
                ('sent_by', models.CharField(max_length=80)),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('size', models.PositiveBigIntegerField()),
                ('body', models.BinaryField()),
                ('party', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='HeldChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('list', '名单导入'), ('change', '登记变更'), ('difference', '不一致处理'), ('mark', '不经检验核发标志')], max_length=12)),
                ('source', models.CharField(help_text='whose word it will be: police | environment', max_length=12)),
                ('fields', models.JSONField(help_text='field: [before, after]')),
                ('data', models.JSONField(default=dict, help_text='what else the act needs when it is done')),
                ('reason', models.CharField(blank=True, default='', max_length=400)),
                ('evidence', models.CharField(blank=True, default='', help_text='SHA-256 of the list, or how it came', max_length=80)),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('waiting', '待复核'), ('applied', '已确认'), ('rejected', '已退回')], default='waiting', max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, default='', max_length=80)),
                ('decision', models.CharField(blank=True, default='', max_length=400)),
                ('party', models.ForeignKey(help_text="whose people decide; null: the police's, of what the operator loaded", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.party')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held_changes', to='store.vehicle')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['proposed_at'], name='held_change_waiting'), models.Index(fields=['evidence'], name='held_change_evidence')],
            },
        ),
        migrations.RunPython(freeze, thaw),
        migrations.RunPython(sort_words, migrations.RunPython.noop),
    ]

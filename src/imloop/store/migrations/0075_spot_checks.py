"""Spot checks: instruments, tasks and records. A record changes by what becomes of it, never in what was found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

MOVES = (
    *("vehicle_id", "state", "case_no", "order_no", "ordered_at", "deadline", "settled_at", "settled_by"),
    *("doubts", "settled_because", "handed_at", "handed_by", "handed_because"),
)


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_spotcheck", MOVES)
    _frozen.freeze(editor, "store_spotinstrument")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_spotinstrument")
    _frozen.thaw(editor, "store_spotcheck")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0074_reviews_taken_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpotCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32, unique=True)),
                ('client_id', models.CharField(max_length=64)),
                ('place', models.CharField(max_length=6)),
                ('at', models.DateTimeField(help_text="by the phone's own time")),
                ('received_at', models.DateTimeField()),
                ('sent_by', models.CharField(max_length=80)),
                ('plate', models.CharField(blank=True, default='', help_text='normal form', max_length=12)),
                ('vin', models.CharField(blank=True, default='', max_length=17)),
                ('method', models.CharField(blank=True, default='', max_length=12)),
                ('result', models.CharField(help_text='a SpotResult', max_length=12)),
                ('law_hash', models.CharField(max_length=64)),
                ('data', models.JSONField()),
                ('verdict', models.JSONField()),
                ('doubts', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('counts', '已生效'), ('held', '待核实'), ('officers', '待同行人员确认'), ('rejected', '不予采信'), ('annulled', '已撤销')], max_length=12)),
                ('case_no', models.CharField(blank=True, default='', max_length=32)),
                ('order_no', models.CharField(blank=True, default='', max_length=32)),
                ('ordered_at', models.DateTimeField(null=True)),
                ('deadline', models.DateField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.CharField(blank=True, default='', max_length=80)),
                ('settled_because', models.CharField(blank=True, default='', max_length=400)),
                ('handed_at', models.DateTimeField(help_text='when it was handed over to the police', null=True)),
                ('handed_by', models.CharField(blank=True, default='', max_length=80)),
                ('handed_because', models.CharField(blank=True, default='', max_length=400)),
                ('candidates', models.ManyToManyField(related_name='+', to='store.vehicle')),
                ('raw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.rawupload')),
                ('vehicle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='spot_checks', to='store.vehicle')),
            ],
        ),
        migrations.AddField(
            model_name='attachment',
            name='spot_check',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='store.spotcheck'),
        ),
        migrations.CreateModel(
            name='SpotTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32, unique=True)),
                ('where', models.CharField(help_text="a word of the law's spot_check.where", max_length=20)),
                ('place_name', models.CharField(max_length=120)),
                ('longitude', models.FloatField(null=True)),
                ('latitude', models.FloatField(null=True)),
                ('planned_on', models.DateField()),
                ('plate', models.CharField(blank=True, default='', max_length=12)),
                ('note', models.CharField(blank=True, default='', max_length=400)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=80)),
                ('opened_at', models.DateTimeField(null=True)),
                ('opened_by', models.CharField(blank=True, default='', max_length=80)),
                ('closed_at', models.DateTimeField(null=True)),
                ('finding', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='spot_tasks', to='store.finding')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spot_tasks', to='store.party')),
                ('officers', models.ManyToManyField(related_name='spot_tasks', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='spotcheck',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='store.spottask'),
        ),
        migrations.CreateModel(
            name='SpotInstrument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='a key of facts.records.spot_check.INSTRUMENTS', max_length=20)),
                ('model', models.CharField(max_length=60)),
                ('serial', models.CharField(max_length=40)),
                ('certificate', models.CharField(max_length=80)),
                ('verified_from', models.DateField()),
                ('verified_until', models.DateField(help_text='last day')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spot_instruments', to='store.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('office', 'kind', 'serial', 'verified_from'), name='spot_certificate_once'), models.CheckConstraint(condition=models.Q(('verified_until__gte', models.F('verified_from'))), name='spot_verified_in_order')],
            },
        ),
        migrations.AddIndex(
            model_name='spottask',
            index=models.Index(fields=['office', 'planned_on'], name='spot_task_of_day'),
        ),
        migrations.AddIndex(
            model_name='spotcheck',
            index=models.Index(fields=['vehicle', 'at'], name='spot_check_of_vehicle'),
        ),
        migrations.AddIndex(
            model_name='spotcheck',
            index=models.Index(fields=['place', 'at'], name='spot_check_newest'),
        ),
        migrations.AddIndex(
            model_name='spotcheck',
            index=models.Index(fields=['case_no'], name='spot_check_of_case'),
        ),
        migrations.AddIndex(
            model_name='spotcheck',
            index=models.Index(fields=['state', 'at'], name='spot_check_waiting'),
        ),
        migrations.AddConstraint(
            model_name='spotcheck',
            constraint=models.UniqueConstraint(fields=('task', 'client_id'), name='spot_check_once'),
        ),
        migrations.RunPython(freeze, thaw),
    ]

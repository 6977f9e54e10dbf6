"""Outages, vouchers and retests on paper. A voucher never changes; of a retest on paper, only what becomes of it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

LATER = ("outage_id", "case_id", "unlocked_at", "repair_id", "matched_at", "missed_at", "receipt")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_voucher")
    _frozen.freeze(editor, "store_paperunlock", LATER)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_voucher")
    _frozen.thaw(editor, "store_paperunlock")



class Migration(migrations.Migration):

    dependencies = [
        ('store', '0017_journal_looks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outage_no', models.CharField(max_length=32, unique=True)),
                ('scope', models.CharField(max_length=12)),
                ('place', models.CharField(max_length=6)),
                ('link', models.CharField(blank=True, default='', max_length=32)),
                ('stations', models.JSONField(default=list, help_text='party codes')),
                ('cause', models.CharField(max_length=400)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('declared_at', models.DateTimeField()),
                ('declared_by', models.CharField(max_length=80)),
                ('late_reason', models.CharField(blank=True, default='', help_text='why it was declared afterwards', max_length=400)),
                ('ended_by', models.CharField(blank=True, default='', max_length=80)),
            ],
            options={
                'indexes': [models.Index(fields=['starts_at'], name='outage_starts'), models.Index(condition=models.Q(('ends_at__isnull', True)), fields=['place'], name='outage_running')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='outage_ends_later')],
            },
        ),
        migrations.CreateModel(
            name='Voucher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32, unique=True)),
                ('day', models.DateField()),
                ('code', models.CharField(max_length=9)),
                ('issued_at', models.DateTimeField()),
                ('content', models.JSONField()),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='PaperUnlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unlock_no', models.CharField(max_length=32, unique=True)),
                ('way', models.CharField(help_text='operator or voucher', max_length=8)),
                ('plate', models.CharField(blank=True, default='', max_length=20)),
                ('vin', models.CharField(blank=True, default='', max_length=20)),
                ('settlement_no', models.CharField(blank=True, default='', max_length=64)),
                ('certificate_no', models.CharField(blank=True, default='', max_length=64)),
                ('approver', models.CharField(max_length=80)),
                ('reason', models.CharField(max_length=400)),
                ('granted_at', models.DateTimeField(help_text='when the paper was accepted, by its own time')),
                ('expires_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('unlocked_at', models.DateTimeField(null=True)),
                ('matched_at', models.DateTimeField(null=True)),
                ('missed_at', models.DateTimeField(help_text='when the days for uploading the record had passed', null=True)),
                ('receipt', models.JSONField(default=dict)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='paper_unlocks', to='store.case')),
                ('outage', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='unlocks', to='store.outage')),
                ('raw', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='redemption', to='store.rawupload')),
                ('repair', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers_shown', to='store.repair')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers_shown', to='store.party')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paper_unlocks', to='store.party')),
                ('voucher', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='unlock', to='store.voucher')),
            ],
        ),
        migrations.AddIndex(
            model_name='voucher',
            index=models.Index(fields=['station', 'day'], name='voucher_station_day'),
        ),
        migrations.AddConstraint(
            model_name='voucher',
            constraint=models.UniqueConstraint(fields=('station', 'code'), name='voucher_code_per_station'),
        ),
        migrations.AddIndex(
            model_name='paperunlock',
            index=models.Index(condition=models.Q(('unlocked_at__isnull', True)), fields=['granted_at'], name='unlock_kept_only'),
        ),
        migrations.AddIndex(
            model_name='paperunlock',
            index=models.Index(condition=models.Q(('repair__isnull', True)), fields=['recorded_at'], name='unlock_unmatched'),
        ),
        migrations.AddConstraint(
            model_name='paperunlock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('voucher__isnull', True), ('way', 'operator')), models.Q(('voucher__isnull', False), ('way', 'voucher')), _connector='OR'), name='unlock_by_voucher_or_operator'),
        ),
        migrations.RunPython(freeze, thaw),
    ]

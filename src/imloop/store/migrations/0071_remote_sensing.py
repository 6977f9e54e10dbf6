"""Sites, instruments, readings of the road and what people found in them. A reading changes by its review alone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

MOVES = ("state", "finding_id", "told_at", "open_at")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_remotereading", MOVES)
    _frozen.freeze(editor, "store_remotereview")
    _frozen.freeze(editor, "store_remoteinstrument")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_remoteinstrument")
    _frozen.thaw(editor, "store_remotereview")
    _frozen.thaw(editor, "store_remotereading")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0070_addresses_as_hashes'),
    ]

    operations = [
        migrations.CreateModel(
            name='RemoteReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_no', models.CharField(max_length=64)),
                ('content', models.CharField(help_text='hash of what was said, to know it again', max_length=32)),
                ('source', models.CharField(help_text='SHA-256 of the bytes in which it came', max_length=64)),
                ('site_code', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('plate', models.CharField(blank=True, default='', help_text='normal form', max_length=12)),
                ('plate_read', models.CharField(blank=True, default='', help_text='as it came', max_length=40)),
                ('plate_colour', models.CharField(blank=True, default='', max_length=12)),
                ('confidence', models.FloatField(null=True)),
                ('data', models.JSONField()),
                ('over', models.CharField(blank=True, default='', max_length=60)),
                ('state', models.CharField(choices=[('kept', '实时'), ('first', '待初审'), ('second', '待复审'), ('confirmed', '审核属实'), ('dismissed', '审核不属实'), ('handed', '已转线索')], max_length=12)),
                ('told_at', models.DateTimeField(help_text='when the owner was told', null=True)),
                ('open_at', models.DateTimeField(help_text='since when the owner can look it up', null=True)),
                ('finding', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.finding')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remote_readings', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='RemoteReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.PositiveSmallIntegerField()),
                ('person', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('holds', models.BooleanField()),
                ('plate_ok', models.BooleanField()),
                ('words', models.CharField(blank=True, default='', max_length=200)),
                ('reading', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='store.remotereading')),
            ],
        ),
        migrations.CreateModel(
            name='RemoteSite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(help_text='horizontal | vertical | mobile | camera', max_length=12)),
                ('road', models.CharField(blank=True, default='', max_length=80)),
                ('lanes', models.PositiveSmallIntegerField(null=True)),
                ('direction', models.CharField(blank=True, default='', max_length=40)),
                ('longitude', models.FloatField(null=True)),
                ('latitude', models.FloatField(null=True)),
                ('slope_pct', models.FloatField(null=True)),
                ('geometry_ok', models.BooleanField(null=True)),
                ('sign', models.BooleanField(default=False)),
                ('published_on', models.DateField(null=True)),
                ('legal_review_on', models.DateField(null=True)),
                ('technical_review_on', models.DateField(null=True)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remote_sites', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='RemoteInstrument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='speed | gas | smoke | camera | slope | weather', max_length=12)),
                ('model', models.CharField(max_length=60)),
                ('maker', models.CharField(blank=True, default='', max_length=60)),
                ('serial', models.CharField(max_length=40)),
                ('conforms', models.BooleanField(default=False, help_text='its type was found to be of the standard')),
                ('certificate', models.CharField(blank=True, default='', max_length=80)),
                ('verified_from', models.DateField()),
                ('verified_until', models.DateField(help_text='last day')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instruments', to='store.remotesite')),
            ],
        ),
        migrations.AddIndex(
            model_name='remotereading',
            index=models.Index(condition=models.Q(('plate', ''), _negated=True), fields=['plate', 'at'], name='remote_of_plate'),
        ),
        migrations.AddIndex(
            model_name='remotereading',
            index=models.Index(condition=models.Q(('state', 'kept'), _negated=True), fields=['sender', 'state', 'at'], name='remote_queues'),
        ),
        migrations.AddIndex(
            model_name='remotereading',
            index=models.Index(fields=['sender', 'at'], name='remote_newest'),
        ),
        migrations.AddConstraint(
            model_name='remotereading',
            constraint=models.UniqueConstraint(fields=('sender', 'record_no'), name='remote_record_once'),
        ),
        migrations.AddConstraint(
            model_name='remotereview',
            constraint=models.UniqueConstraint(fields=('reading', 'stage'), name='remote_review_once'),
        ),
        migrations.AddConstraint(
            model_name='remotereview',
            constraint=models.UniqueConstraint(fields=('reading', 'person'), name='remote_review_by_two'),
        ),
        migrations.AddConstraint(
            model_name='remotesite',
            constraint=models.UniqueConstraint(fields=('office', 'code'), name='remote_site_once'),
        ),
        migrations.AddConstraint(
            model_name='remoteinstrument',
            constraint=models.UniqueConstraint(fields=('site', 'kind', 'serial', 'verified_from'), name='remote_certificate_once'),
        ),
        migrations.AddConstraint(
            model_name='remoteinstrument',
            constraint=models.CheckConstraint(condition=models.Q(('verified_until__gte', models.F('verified_from'))), name='remote_verified_in_order'),
        ),
        migrations.RunPython(freeze, thaw),
    ]

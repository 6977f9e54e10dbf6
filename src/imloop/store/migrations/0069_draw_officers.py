"""The officers of a drawn visit are accounts, each of whom confirms that they were there."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0067_outages_taken_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='drawvisit',
            name='opened_by',
            field=models.CharField(blank=True, default='', max_length=80),
        ),
        migrations.AlterField(
            model_name='drawpart',
            name='conflicts',
            field=models.JSONField(help_text='inspector, unit, reason'),
        ),
        migrations.AlterField(
            model_name='drawpart',
            name='inspectors',
            field=models.JSONField(help_text='names; user names where officers confirm themselves'),
        ),
        migrations.CreateModel(
            name='DrawOfficer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='as in what is published', max_length=120)),
                ('ground', models.CharField(blank=True, choices=[('absent', '不能到场'), ('conflicted', '应当回避')], default='', help_text='why they stepped back', max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=400)),
                ('stand_in', models.CharField(blank=True, default='', help_text='who came; empty: nobody', max_length=120)),
                ('left_at', models.DateTimeField(null=True)),
                ('left_by', models.CharField(blank=True, default='', max_length=80)),
                ('left_as', models.PositiveSmallIntegerField(help_text="as which of the visit's who stepped back", null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='officers', to='store.drawvisit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('visit', 'user'), name='draw_officer_once')],
            },
        ),
    ]

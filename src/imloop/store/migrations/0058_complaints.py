"""Complaints and tips: what was reported, who follows, who opened the reporter's name, what is paid; and who pays."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0056_second_person'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='pays_rewards',
            field=models.BooleanField(default=False, help_text='pays rewards against codes, and sees no complaint'),
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(max_length=24)),
                ('about', models.CharField(help_text='whom it is about: a kind', max_length=12)),
                ('text', models.CharField(max_length=4000)),
                ('answers', models.JSONField(default=dict, help_text='to the questions of the category')),
                ('on', models.DateField(help_text='the day it happened, else the day it came in')),
                ('plate', models.CharField(blank=True, default='', max_length=16)),
                ('party_named', models.CharField(blank=True, default='', help_text='as typed, or by the register', max_length=120)),
                ('address', models.CharField(blank=True, default='', max_length=200)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('reporter', models.TextField(blank=True, default='', help_text='sealed name and telephone; empty: nobody said')),
                ('named', models.BooleanField(default=False, help_text='gave a name and a telephone: is answered by law')),
                ('insider', models.BooleanField(default=False, help_text='works there, as they say')),
                ('together', models.PositiveSmallIntegerField(default=1, help_text='how many reported together')),
                ('matter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='complaint', to='store.matter')),
            ],
        ),
        migrations.CreateModel(
            name='ComplaintFollower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('since', models.DateTimeField()),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='store.complaint')),
            ],
        ),
        migrations.CreateModel(
            name='IdentityOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(help_text='account', max_length=150)),
                ('office', models.CharField(help_text='code of the department that asks', max_length=40)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, default='', help_text='account', max_length=150)),
                ('allowed', models.BooleanField(null=True)),
                ('until', models.DateTimeField(help_text='until when it may be read', null=True)),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='store.complaint')),
            ],
        ),
        migrations.CreateModel(
            name='Reward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_sha256', models.CharField(max_length=64, unique=True)),
                ('fen', models.PositiveIntegerField(help_text='null: nothing is due, yet', null=True)),
                ('cite', models.CharField(blank=True, default='', max_length=200)),
                ('granted_at', models.DateTimeField(null=True)),
                ('collect_by', models.DateField(null=True)),
                ('secret_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('paid_at', models.DateTimeField(null=True)),
                ('paid_by', models.CharField(blank=True, default='', help_text='account', max_length=150)),
                ('receipt_no', models.CharField(blank=True, default='', max_length=40)),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rewards', to='store.complaint')),
            ],
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['category', 'on'], name='complaint_near'),
        ),
        migrations.AddConstraint(
            model_name='identityopening',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('complaint',), name='one_opening_asked'),
        ),
    ]



import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('code', models.CharField(db_index=True, max_length=40)),
                ('station_code', models.CharField(db_index=True, max_length=40)),
                ('subject', models.CharField(help_text='test_no, repair_no or case_no', max_length=80)),
                ('subject_kind', models.CharField(max_length=12)),
                ('data', models.JSONField()),
                ('resolved_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('at', models.CharField(help_text='ISO 8601, as hashed', max_length=32)),
                ('kind', models.CharField(max_length=32)),
                ('actor', models.CharField(max_length=80)),
                ('subject', models.CharField(db_index=True, max_length=80)),
                ('body', models.TextField(help_text='canonical JSON, as hashed')),
                ('previous', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='JournalHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(default=0)),
                ('hash', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('place', models.CharField(max_length=6)),
                ('year', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'place', 'year'), name='counter_scope')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receiver', models.CharField(max_length=40)),
                ('topic', models.CharField(max_length=32)),
                ('subject', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField()),
                ('body', models.JSONField()),
                ('seen_at', models.DateTimeField(help_text="when the receiver's feed first fetched past it", null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['receiver', 'id'], name='outbox_receiver_seq')],
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('istation', '排放检验机构（I 站）'), ('mstation', '维修治理站（M 站）'), ('environment', '生态环境'), ('transport', '交通运输'), ('market', '市场监管'), ('police', '公安交管'), ('supervisor', '监督'), ('admin', '系统管理')], max_length=12)),
                ('name', models.CharField(max_length=120)),
                ('place', models.CharField(help_text='GB/T 2260', max_length=6)),
                ('uscc', models.CharField(blank=True, default='', max_length=18)),
                ('address', models.CharField(blank=True, default='', max_length=200)),
                ('phone', models.CharField(blank=True, default='', max_length=40)),
                ('longitude', models.FloatField(null=True)),
                ('latitude', models.FloatField(null=True)),
                ('capability', models.JSONField(default=list, help_text='M-station: fuels and repair item codes it takes')),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'place'], name='party_kind_place')],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8)),
                ('methods', models.JSONField(default=list)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_no', models.CharField(max_length=32, unique=True)),
                ('place', models.CharField(max_length=6)),
                ('cycle', models.PositiveIntegerField()),
                ('origin', models.CharField(max_length=24)),
                ('state', models.CharField(max_length=20)),
                ('round', models.PositiveIntegerField(default=1)),
                ('opened_at', models.DateTimeField()),
                ('failed_at', models.DateTimeField()),
                ('deadline', models.DateField()),
                ('deadline_provisional', models.BooleanField(default=False)),
                ('overdue', models.BooleanField(default=False)),
                ('closed_at', models.DateTimeField(null=True)),
                ('snapshot', models.JSONField(help_text='loop.Case as JSON, derived from the events')),
                ('owner_token', models.CharField(help_text="in the notice's QR: opens the owner's page", max_length=32, unique=True)),
                ('station', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=16, unique=True)),
                ('secret_sha256', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('must_change_password', models.BooleanField(default=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('party', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='store.party')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='RawUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('kind', models.CharField(max_length=12)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('body', models.BinaryField()),
                ('refused', models.CharField(blank=True, default='', help_text='refusal code, empty: accepted', max_length=40)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='Repair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repair_no', models.CharField(max_length=64)),
                ('received_at', models.DateTimeField(help_text='the vehicle came in')),
                ('finished_at', models.DateTimeField()),
                ('uploaded_at', models.DateTimeField()),
                ('listed', models.BooleanField()),
                ('cost_yuan', models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ('warranty_until', models.DateField(null=True)),
                ('warranty_km', models.FloatField(help_text='odometer reading at which the warranty ends', null=True)),
                ('record', models.JSONField()),
                ('receipt', models.JSONField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repairs', to='store.case')),
                ('raw', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='repair', to='store.rawupload')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repairs', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('networked', '已联网'), ('listed', '已公布名录'), ('suspended', '暂停'), ('struck_off', '注销')], max_length=12)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('cite', models.CharField(max_length=200)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standings', to='store.party')),
            ],
        ),
        migrations.CreateModel(
            name='Vehicle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vin', models.CharField(blank=True, default='', max_length=17)),
                ('plate', models.CharField(blank=True, db_index=True, default='', max_length=12)),
                ('plate_colour', models.CharField(blank=True, default='', max_length=12)),
                ('fuel', models.CharField(blank=True, default='', max_length=16)),
                ('facts', models.JSONField(default=dict, help_text='latest statement about the vehicle, contract §2 names')),
                ('owner_name', models.CharField(blank=True, default='', max_length=60)),
                ('owner_phone', models.CharField(blank=True, default='', max_length=20)),
                ('cycle', models.PositiveIntegerField(default=1, help_text='ordinal of the running inspection cycle')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('vin', ''), _negated=True), fields=('vin',), name='vehicle_vin'), models.UniqueConstraint(condition=models.Q(('vin', '')), fields=('plate',), name='vehicle_plate_without_vin'), models.CheckConstraint(condition=models.Q(('vin', ''), ('plate', ''), _negated=True), name='vehicle_is_identified')],
            },
        ),
        migrations.CreateModel(
            name='Test',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('test_no', models.CharField(max_length=64)),
                ('line', models.CharField(max_length=8)),
                ('case_no', models.CharField(blank=True, db_index=True, default='', max_length=32)),
                ('method', models.CharField(max_length=12)),
                ('purpose', models.CharField(max_length=24)),
                ('outcome', models.CharField(max_length=12)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('result', models.CharField(max_length=12)),
                ('law_hash', models.CharField(max_length=64)),
                ('verdict', models.JSONField()),
                ('receipt', models.JSONField()),
                ('trace', models.BinaryField()),
                ('raw', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='test', to='store.rawupload')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='store.party')),
                ('vehicle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='store.vehicle')),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='vehicle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='store.vehicle'),
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=24)),
                ('at', models.DateTimeField(help_text='when it happened, by its own time')),
                ('recorded_at', models.DateTimeField()),
                ('before', models.CharField(blank=True, default='', max_length=20)),
                ('after', models.CharField(max_length=20)),
                ('law_hash', models.CharField(max_length=64)),
                ('data', models.JSONField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='store.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'number'), name='event_number_per_case')],
            },
        ),
        migrations.CreateModel(
            name='Equipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('model', models.CharField(max_length=60)),
                ('serial', models.CharField(max_length=40)),
                ('verified_until', models.DateField()),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='equipment', to='store.line')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'serial'), name='equipment_serial')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notice_no', models.CharField(max_length=40, unique=True)),
                ('round', models.PositiveIntegerField()),
                ('issued_at', models.DateTimeField()),
                ('content', models.JSONField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='store.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'round'), name='one_notice_per_round')],
            },
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('station', 'code'), name='line_code_per_station'),
        ),
        migrations.AddIndex(
            model_name='rawupload',
            index=models.Index(fields=['refused', 'received_at'], name='raw_refused'),
        ),
        migrations.AddConstraint(
            model_name='repair',
            constraint=models.UniqueConstraint(fields=('shop', 'repair_no'), name='repair_no_per_shop'),
        ),
        migrations.AddConstraint(
            model_name='standing',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='standing_until_after_since'),
        ),
        migrations.AddIndex(
            model_name='test',
            index=models.Index(fields=['station', 'started_at'], name='test_station_time'),
        ),
        migrations.AddIndex(
            model_name='test',
            index=models.Index(fields=['vehicle', 'started_at'], name='test_vehicle_time'),
        ),
        migrations.AddConstraint(
            model_name='test',
            constraint=models.UniqueConstraint(fields=('station', 'test_no'), name='test_no_per_station'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['station', 'closed_at'], name='case_station_open'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['closed_at', 'deadline'], name='case_deadline'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('vehicle', 'cycle'), name='one_open_case_per_cycle'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0017_journal_looks'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkPass',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('failed', models.JSONField(default=list)),
            ],
        ),
    ]

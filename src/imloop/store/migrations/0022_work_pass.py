from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0021_draws'),
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

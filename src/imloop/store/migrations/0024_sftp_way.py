from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0023_deliveries_differ'),
    ]

    operations = [
        migrations.AlterField(
            model_name='receiver',
            name='way',
            field=models.CharField(choices=[('http', 'HTTP'), ('folder', '文件夹'), ('sftp', 'SFTP')], max_length=8),
        ),
    ]

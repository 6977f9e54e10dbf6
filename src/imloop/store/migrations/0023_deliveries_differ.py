from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0022_work_pass'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('delivered', '已送达'), ('dead', '被拒'), ('differing', '不一致'), ('dismissed', '不再送'), ('settled', '已补送')], max_length=10),
        ),
    ]

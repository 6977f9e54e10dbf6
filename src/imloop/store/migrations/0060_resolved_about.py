"""Who decided about a case or a test before is found by what the finding is about."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0059_record_comments'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(condition=models.Q(('resolved_at__isnull', False)), fields=['subject'], name='finding_resolved_about'),
        ),
    ]

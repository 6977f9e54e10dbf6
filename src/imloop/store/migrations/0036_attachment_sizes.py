"""What a party handed in on a day is summed from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0035_obd_names")]

    operations = [
        migrations.AddIndex(
            "attachment",
            models.Index(fields=["uploaded_by", "uploaded_at", "size"], name="attachment_sizes"),
        ),
    ]

# SPDX-License-Identifier: Apache-2.0
from django.db import migrations


def create_counter(apps, schema_editor):
    """Make the one row that numbers changes."""
    apps.get_model("journal", "SerialCounter").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(create_counter, migrations.RunPython.noop)]

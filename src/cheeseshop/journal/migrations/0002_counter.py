# SPDX-License-Identifier: Apache-2.0
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def create_counter(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the one row that numbers changes."""
    apps.get_model("journal", "SerialCounter").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(create_counter, migrations.RunPython.noop)]

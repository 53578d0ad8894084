# SPDX-License-Identifier: Apache-2.0
"""Begin to read the journal where it stands: at the very beginning of a new index, and behind what an old one holds."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def begin(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the one row that says how far the journal was read."""
    counter = apps.get_model("journal", "SerialCounter").objects.filter(pk=1).first()
    cursors = apps.get_model("scanning", "ScanCursor").objects
    cursors.get_or_create(id=1, defaults={"serial": counter.serial if counter else 0})


class Migration(migrations.Migration):
    dependencies = [("scanning", "0001_initial"), ("journal", "0002_counter")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]

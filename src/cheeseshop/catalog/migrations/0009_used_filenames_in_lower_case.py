# SPDX-License-Identifier: Apache-2.0
"""Used file names are kept in lower case, so that no other letter case of one can be taken."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_verified_links'),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO catalog_usedfilename (filename) SELECT DISTINCT LOWER(filename) FROM catalog_usedfilename"
            " WHERE filename <> LOWER(filename) ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "DELETE FROM catalog_usedfilename WHERE filename <> LOWER(filename)", migrations.RunSQL.noop
        ),
    ]

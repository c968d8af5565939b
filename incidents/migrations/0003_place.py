"""Where an incident is, as it was given."""

from django.db import migrations, models

SYSTEMS = [
    ("decimal", "decimal degrees"),
    ("dms", "degrees, minutes, seconds"),
    ("dm", "degrees and minutes"),
    ("utm", "UTM"),
    ("mgrs", "MGRS"),
    ("sk42", "SK-42 (Gauss-Krueger)"),
    ("marker", "border marker"),
    ("name", "place name"),
    ("geojson", "point of a system"),
]
# The owner of the table is bound by row-level security as well, and sees none of them.
FILL = """
ALTER TABLE incidents_incident NO FORCE ROW LEVEL SECURITY;
UPDATE incidents_incident SET place_uncertainty = 10000
WHERE tear_line_of_id IS NOT NULL;
ALTER TABLE incidents_incident FORCE ROW LEVEL SECURITY;
-- What it asks of other rows is asked before the table changes again.
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """Where an incident is, as it was given."""

    dependencies = [
        ("incidents", "0002_types"),
        ("patrols", "0013_markers"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="place_text",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=120,
                verbose_name="place as given",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="place_system",
            field=models.CharField(
                choices=SYSTEMS,
                db_default="geojson",
                default="geojson",
                max_length=8,
                verbose_name="system of the place",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="place_uncertainty",
            field=models.PositiveIntegerField(
                null=True, verbose_name="uncertainty of the place, in metres"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

"""Border markers."""

import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Border markers."""

    dependencies = [("patrols", "0012_hand_overs")]

    operations = [
        migrations.CreateModel(
            name="BorderMarker",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.CharField(max_length=16, verbose_name="number")),
                (
                    "place",
                    django.contrib.gis.db.models.fields.PointField(
                        srid=4326, verbose_name="place"
                    ),
                ),
                (
                    "source",
                    models.CharField(blank=True, max_length=200, verbose_name="source"),
                ),
                (
                    "valid_from",
                    models.DateField(blank=True, null=True, verbose_name="valid from"),
                ),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="markers",
                        to="patrols.bordersection",
                        verbose_name="border section",
                    ),
                ),
            ],
            options={
                "verbose_name": "border marker",
                "ordering": ["section", "number", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("section", "number"),
                        name="bordermarker_stands_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_from", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="bordermarker_validity",
                    ),
                ],
            },
        ),
    ]

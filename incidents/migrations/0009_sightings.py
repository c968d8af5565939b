"""Who has opened an incident."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0003_resources"),
        ("incidents", "0008_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("by", models.CharField(max_length=120)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("agency", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency")),
                ("incident", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident")),
            ],
            options={
                "ordering": ["first_at", "id"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="sighting_audience"),
                    models.Index(fields=["incident", "by"], name="sighting_of_incident"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="sighting_has_audience"),
                ],
            },
        ),
    ]

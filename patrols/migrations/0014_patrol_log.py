"""The log of patrols, and how far it was read."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The log of patrols, and how far it was read."""

    dependencies = [
        ("agencies", "0003_resources"),
        ("patrols", "0013_markers"),
    ]

    operations = [
        migrations.CreateModel(
            name="PatrolLogEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("text", models.TextField(max_length=4000, verbose_name="text")),
                ("sharing", models.CharField(choices=[("all", "everybody who sees the patrol"), ("own", "my agency only")], default="all", max_length=5, verbose_name="who reads it")),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency")),
                ("patrol", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="log", to="patrols.patrol")),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="patrollogentry_audience"),
                    models.Index(fields=["patrol", "at"], name="log_of_patrol"),
                ],
                "constraints": [models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="patrollogentry_has_audience")],
            },
        ),
        migrations.CreateModel(
            name="PatrolLogRead",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency")),
                ("entry", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrols.patrollogentry")),
                ("patrol", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrols.patrol")),
            ],
            options={
                "ordering": ["-at", "id"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="patrollogread_audience"),
                    models.Index(fields=["patrol", "by"], name="read_of_patrol"),
                ],
                "constraints": [models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="patrollogread_has_audience")],
            },
        ),
    ]

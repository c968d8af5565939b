"""Types of incident with structured forms."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from incidents.migrations._seed_types import TYPES

CATEGORIES = [
    ("drugs", "drugs"),
    ("arms", "arms"),
    ("smuggling", "smuggling of goods"),
    ("trafficking", "trafficking"),
    ("crossing", "irregular crossing"),
    ("clash", "armed clash"),
    ("terrorism", "terrorism"),
    ("livestock", "livestock"),
    ("marker", "border-marker damage"),
    ("hazard", "natural hazard"),
    ("medical", "medical"),
    ("dispute", "community dispute"),
    ("other", "other"),
]


def plant(apps, schema_editor):
    """Enter the first types; those that are there already stay."""
    kind = apps.get_model("incidents", "IncidentType")
    rows = [kind(code=code, **values) for code, values in TYPES.items()]
    kind.objects.using(schema_editor.connection.alias).bulk_create(
        rows, ignore_conflicts=True
    )


class Migration(migrations.Migration):
    """Types of incident with structured forms."""

    dependencies = [
        ("incidents", "0001_initial"),
    ]

    operations: list[Operation] = [
        migrations.CreateModel(
            name="IncidentType",
            fields=[
                ("names", models.JSONField(verbose_name="names")),
                ("schema", models.JSONField(verbose_name="form")),
                ("code", models.SlugField(max_length=40, primary_key=True, serialize=False, verbose_name="code")),
                ("category", models.CharField(choices=CATEGORIES, max_length=12, verbose_name="category")),
                ("needs_confirmation", models.BooleanField(default=False, verbose_name="needs confirmation")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("version", models.PositiveSmallIntegerField(default=1, editable=False)),
            ],
            options={"verbose_name": "incident type", "ordering": ["category", "code"]},
        ),
        migrations.CreateModel(
            name="IncidentTypeVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("names", models.JSONField(verbose_name="names")),
                ("schema", models.JSONField(verbose_name="form")),
                ("version", models.PositiveSmallIntegerField()),
                ("replaced_at", models.DateTimeField()),
                ("type", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="incidents.incidenttype")),
            ],
            options={
                "ordering": ["type", "-version"],
                "constraints": [models.UniqueConstraint(fields=("type", "version"), name="incidenttypeversion_once")],
            },
        ),
        migrations.AddField(
            model_name="incident",
            name="type",
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="incidents.incidenttype", verbose_name="type"),
        ),
        migrations.AddField(
            model_name="incident",
            name="type_version",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="details",
            field=models.JSONField(blank=True, default=dict, verbose_name="details"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("type__isnull", True), ("type_version__isnull", True)), models.Q(("type__isnull", False), ("type_version__isnull", False)), _connector="OR"), name="incident_type_version"),
        ),
        migrations.RunPython(plant, migrations.RunPython.noop),
    ]

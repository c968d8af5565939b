"""Confirmation, transitions, units, tasks, duplicates."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("reported", "reported"),
    ("confirmed", "confirmed"),
    ("responding", "responding"),
    ("contained", "contained"),
    ("resolved", "resolved"),
    ("closed", "closed"),
]
REASONS = [
    ("handled", "handled"),
    ("false_report", "false report"),
    ("duplicate", "duplicate"),
    ("handed_over", "handed over"),
    ("no_action", "no action needed"),
]
# Of responses from before, the last step is known.
FILL = """
ALTER TABLE incidents_response NO FORCE ROW LEVEL SECURITY;
UPDATE incidents_response SET
    en_route_at = CASE state WHEN 'en_route' THEN changed_at END,
    on_scene_at = CASE state WHEN 'on_scene' THEN changed_at END,
    ended_at = CASE WHEN state IN ('done', 'declined') THEN changed_at END;
ALTER TABLE incidents_response FORCE ROW LEVEL SECURITY;
-- What it asks of other rows is asked before the table changes again.
SET CONSTRAINTS ALL IMMEDIATE;
"""
# What a duplicate is merged into is no duplicate: neither itself nor one of a chain.
# A check sees one row only; a foreign key to the pair (id, is it one?) sees the other.
NO_CHAIN = """
ALTER TABLE incidents_incident
    ADD COLUMN is_duplicate boolean NOT NULL
        GENERATED ALWAYS AS (merged_into_id IS NOT NULL) STORED,
    ADD COLUMN is_of_duplicate boolean NOT NULL
        GENERATED ALWAYS AS (false) STORED,
    ADD CONSTRAINT incident_id_is_duplicate UNIQUE (id, is_duplicate),
    ADD CONSTRAINT incident_no_chain FOREIGN KEY (merged_into_id, is_of_duplicate)
        REFERENCES incidents_incident (id, is_duplicate);
"""
CHAIN = """
ALTER TABLE incidents_incident
    DROP CONSTRAINT incident_no_chain,
    DROP CONSTRAINT incident_id_is_duplicate,
    DROP COLUMN is_of_duplicate,
    DROP COLUMN is_duplicate;
"""


def agency(**options: object) -> models.ForeignKey:
    """Return a reference to an agency."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="agencies.agency",
        **options,
    )


def guarded() -> list[tuple[str, models.Field]]:
    """Return the columns that every guarded table has."""
    keys = django.contrib.postgres.fields.ArrayField(
        base_field=models.TextField(), editable=False, size=None
    )
    key = models.UUIDField(
        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
    )
    return [
        ("id", key),
        ("audience", keys),
        ("expiring", models.JSONField(editable=False, null=True)),
    ]


def of_incident(name: str, **options: object) -> models.ForeignKey:
    """Return a reference to the incident."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=name,
        to="incidents.incident",
        **options,
    )


def audience_index(name: str) -> django.contrib.postgres.indexes.GinIndex:
    """Return the index of audiences."""
    return django.contrib.postgres.indexes.GinIndex(
        fields=["audience"], name=f"{name}_audience"
    )


def has_audience(name: str) -> models.CheckConstraint:
    """Refuse an empty audience."""
    return models.CheckConstraint(
        condition=models.Q(("audience__len__gt", 0)), name=f"{name}_has_audience"
    )


class Migration(migrations.Migration):
    """Confirmation, transitions, units, tasks, duplicates."""

    dependencies = [
        ("incidents", "0003_place"),
    ]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="state",
            field=models.CharField(
                choices=STATES, default="reported", max_length=12, verbose_name="state"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duplicates",
                to="incidents.incident",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("close_reason", "duplicate"), ("state", "closed")),
                    _connector="OR",
                ),
                name="incident_merged_is_closed",
            ),
        ),
        migrations.RunSQL(NO_CHAIN, CHAIN),
        migrations.AlterField(
            model_name="response",
            name="state",
            field=models.CharField(
                choices=[
                    ("assigned", "dispatched"),
                    ("acknowledged", "acknowledged"),
                    ("en_route", "en route"),
                    ("on_scene", "on scene"),
                    ("done", "clear"),
                    ("declined", "declined"),
                ],
                default="assigned",
                max_length=12,
                verbose_name="state",
            ),
        ),
        *(
            migrations.AddField(
                model_name="response",
                name=name,
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=f"agencies.{name}",
                ),
            )
            for name in ("post", "asset")
        ),
        *(
            migrations.AddField(
                model_name="response",
                name=name,
                field=models.DateTimeField(null=True),
            )
            for name in ("acknowledged_at", "en_route_at", "on_scene_at", "ended_at")
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="response",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("patrol__isnull", True), ("post__isnull", True)),
                    models.Q(("asset__isnull", True), ("patrol__isnull", True)),
                    models.Q(("asset__isnull", True), ("post__isnull", True)),
                    _connector="OR",
                ),
                name="response_one_unit",
            ),
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                *guarded(),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("from_state", models.CharField(choices=STATES, max_length=12)),
                ("to_state", models.CharField(choices=STATES, max_length=12)),
                (
                    "close_reason",
                    models.CharField(blank=True, choices=REASONS, max_length=16),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="why"),
                ),
                ("agency", agency()),
                ("incident", of_incident("transitions", db_index=False)),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "indexes": [
                    audience_index("transition"),
                    models.Index(
                        fields=["incident", "at"], name="transition_of_incident"
                    ),
                ],
                "constraints": [has_audience("transition")],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                *guarded(),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="why"),
                ),
                ("agency", agency()),
                ("incident", of_incident("confirmations")),
            ],
            options={
                "ordering": ["at"],
                "abstract": False,
                "indexes": [audience_index("confirmation")],
                "constraints": [has_audience("confirmation")],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                *guarded(),
                (
                    "what",
                    models.CharField(
                        max_length=300, verbose_name="what is to be done"
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("set_by", models.CharField(max_length=120)),
                ("set_at", models.DateTimeField()),
                ("ended_by", models.CharField(blank=True, max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
                ("agency", agency(verbose_name="agency")),
                ("ended_for", agency(null=True)),
                ("incident", of_incident("tasks")),
                ("set_for", agency()),
            ],
            options={
                "verbose_name": "task",
                "ordering": ["due_at", "id"],
                "abstract": False,
                "indexes": [
                    audience_index("task"),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["agency", "due_at"],
                        name="task_open_of_agency",
                    ),
                ],
                "constraints": [
                    has_audience("task"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="task_ended_at",
                    ),
                ],
            },
        ),
    ]

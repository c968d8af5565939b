"""Attachments, custody, read marks."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

SHARING = [
    ("all", "everybody who sees the incident"),
    ("owner", "the owner and my agency"),
    ("own", "my agency only"),
]
MEDIA_TYPES = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/webm",
    "application/pdf",
    "text/plain",
]
# What an attachment is and where it came from never changes, whoever asks.
SEAL = """
CREATE FUNCTION incidents_attachment_sealed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.incident_id, NEW.entry_id, NEW.agency_id, NEW."by", NEW.at, NEW.kind,
      NEW.media_type, NEW.size, NEW.sha256, NEW.stored_as)
     IS DISTINCT FROM
     (OLD.id, OLD.incident_id, OLD.entry_id, OLD.agency_id, OLD."by", OLD.at, OLD.kind,
      OLD.media_type, OLD.size, OLD.sha256, OLD.stored_as) THEN
    RAISE EXCEPTION 'attachment_sealed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sealed BEFORE UPDATE ON incidents_attachment
  FOR EACH ROW EXECUTE FUNCTION incidents_attachment_sealed();
"""
UNSEAL = """
DROP TRIGGER sealed ON incidents_attachment;
DROP FUNCTION incidents_attachment_sealed();
"""


def guarded():
    """Return the columns that every guarded table has."""
    return [
        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
        ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
        ("expiring", models.JSONField(editable=False, null=True)),
    ]


def link(to, **options):
    """Return a foreign key that protects what it points to."""
    options.setdefault("related_name", "+")
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to, **options)


def guards(name):
    """Return the index and the constraint that every guarded table has."""
    return (
        django.contrib.postgres.indexes.GinIndex(fields=["audience"], name=f"{name}_audience"),
        models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name=f"{name}_has_audience"),
    )


class Migration(migrations.Migration):
    """Attachments, custody, read marks."""

    dependencies = [
        ("incidents", "0004_life"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                *guarded(),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("sharing", models.CharField(choices=SHARING, max_length=5, verbose_name="who sees it")),
                ("caption", models.CharField(blank=True, max_length=200, verbose_name="caption")),
                ("kind", models.CharField(choices=[("photo", "photo"), ("video", "video"), ("document", "document")], max_length=8, verbose_name="kind")),
                ("media_type", models.CharField(choices=[(name, name) for name in MEDIA_TYPES], max_length=40)),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("stored_as", models.CharField(editable=False, max_length=32, unique=True)),
                ("scan", models.CharField(choices=[("not_scanned", "not scanned"), ("clean", "scanned, nothing found"), ("quarantined", "waits for the scanner"), ("rejected", "rejected by the scanner")], max_length=11, verbose_name="scan")),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                ("agency", link("agencies.agency")),
                ("entry", link("incidents.logentry", null=True, related_name="attachments")),
                ("incident", link("incidents.incident", related_name="attachments")),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "indexes": [
                    guards("attachment")[0],
                    models.Index(fields=["incident", "at"], name="attachment_of_incident"),
                    models.Index(fields=["entry"], name="attachment_of_entry"),
                ],
                "constraints": [guards("attachment")[1]],
            },
        ),
        migrations.RunSQL(SEAL, UNSEAL),
        migrations.CreateModel(
            name="CustodyLine",
            fields=[
                *guarded(),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("act", models.CharField(choices=[("received", "received"), ("scanned", "scanned"), ("viewed", "viewed"), ("exported", "original taken out"), ("withdrawn", "withdrawn")], max_length=9)),
                ("copy", models.CharField(blank=True, choices=[("working", "working copy"), ("thumbnail", "thumbnail"), ("original", "original")], max_length=9)),
                ("agency", link("agencies.agency", null=True)),
                ("attachment", link("incidents.attachment", related_name="custody")),
                ("incident", link("incidents.incident")),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "indexes": [
                    guards("custodyline")[0],
                    models.Index(fields=["attachment", "at"], name="custody_of_attachment"),
                ],
                "constraints": [guards("custodyline")[1]],
            },
        ),
        migrations.CreateModel(
            name="LogRead",
            fields=[
                *guarded(),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("agency", link("agencies.agency")),
                ("entry", link("incidents.logentry", null=True)),
                ("incident", link("incidents.incident")),
            ],
            options={
                "ordering": ["-at", "id"],
                "abstract": False,
                "indexes": [
                    guards("logread")[0],
                    models.Index(fields=["incident", "by"], name="read_of_incident"),
                ],
                "constraints": [guards("logread")[1]],
            },
        ),
    ]

"""Files in the log of patrols, and their custody."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

MEDIA_TYPES = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/webm",
    "application/pdf",
    "text/plain",
]
# What a file is and where it came from never changes, whoever asks.
SEAL = """
CREATE FUNCTION patrols_patrolattachment_sealed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.patrol_id, NEW.entry_id, NEW.agency_id, NEW."by", NEW.at, NEW.kind,
      NEW.media_type, NEW.size, NEW.sha256, NEW.stored_as)
     IS DISTINCT FROM
     (OLD.id, OLD.patrol_id, OLD.entry_id, OLD.agency_id, OLD."by", OLD.at, OLD.kind,
      OLD.media_type, OLD.size, OLD.sha256, OLD.stored_as) THEN
    RAISE EXCEPTION 'attachment_sealed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sealed BEFORE UPDATE ON patrols_patrolattachment
  FOR EACH ROW EXECUTE FUNCTION patrols_patrolattachment_sealed();
"""
UNSEAL = """
DROP TRIGGER sealed ON patrols_patrolattachment;
DROP FUNCTION patrols_patrolattachment_sealed();
"""


class Migration(migrations.Migration):
    """Files in the log of patrols, and their custody."""

    dependencies = [
        ("agencies", "0003_resources"),
        ("patrols", "0015_bookings"),
    ]

    operations = [
        migrations.CreateModel(
            name="PatrolAttachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("caption", models.CharField(blank=True, max_length=200, verbose_name="caption")),
                ("kind", models.CharField(choices=[("photo", "photo"), ("video", "video"), ("document", "document")], max_length=8, verbose_name="kind")),
                ("media_type", models.CharField(choices=[(name, name) for name in MEDIA_TYPES], max_length=40)),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("stored_as", models.CharField(editable=False, max_length=32, unique=True)),
                ("scan", models.CharField(choices=[("not_scanned", "not scanned"), ("clean", "scanned, nothing found"), ("quarantined", "waits for the scanner"), ("rejected", "rejected by the scanner")], max_length=11, verbose_name="scan")),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                ("sharing", models.CharField(choices=[("all", "everybody who sees the patrol"), ("own", "my agency only")], max_length=5, verbose_name="who sees it")),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency")),
                ("entry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="patrols.patrollogentry")),
                ("patrol", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="patrols.patrol")),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="patrolattachment_audience"),
                    models.Index(fields=["patrol", "at"], name="attachment_of_patrol"),
                    models.Index(fields=["entry"], name="attachment_of_patrol_entry"),
                ],
                "constraints": [models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="patrolattachment_has_audience")],
            },
        ),
        migrations.RunSQL(SEAL, UNSEAL),
        migrations.CreateModel(
            name="PatrolCustodyLine",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("act", models.CharField(choices=[("received", "received"), ("scanned", "scanned"), ("viewed", "viewed"), ("exported", "original taken out"), ("withdrawn", "withdrawn")], max_length=9)),
                ("copy", models.CharField(blank=True, choices=[("working", "working copy"), ("thumbnail", "thumbnail"), ("original", "original")], max_length=9)),
                ("agency", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency")),
                ("attachment", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="custody", to="patrols.patrolattachment")),
                ("patrol", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrols.patrol")),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="patrolcustodyline_audience"),
                    models.Index(fields=["attachment", "at"], name="custody_of_patrol_file"),
                ],
                "constraints": [models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="patrolcustodyline_has_audience")],
            },
        ),
    ]

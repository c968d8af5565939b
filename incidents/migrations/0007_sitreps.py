"""Daily situation reports, and what each says."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TLP = [
    ("red", "TLP:RED"),
    ("amber+strict", "TLP:AMBER+STRICT"),
    ("amber", "TLP:AMBER"),
    ("green", "TLP:GREEN"),
    ("clear", "TLP:CLEAR"),
]


class Migration(migrations.Migration):
    """Daily situation reports, and what each says."""

    dependencies = [
        ("incidents", "0006_watch"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sitrep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("level", models.PositiveSmallIntegerField(default=0, verbose_name="level")),
                ("day_on", models.DateField(verbose_name="day")),
                ("time_zone", models.CharField(max_length=40)),
                ("scope", models.CharField(choices=[("own", "my agency's records"), ("all", "all that I may see"), ("agreement", "records of an agreement's parties")], max_length=9, verbose_name="scope")),
                ("state", models.CharField(choices=[("queued", "waiting for its turn"), ("making", "being made"), ("ready", "ready"), ("failed", "failed")], default="queued", max_length=7, verbose_name="state")),
                ("step", models.CharField(blank=True, choices=[("reading", "reading the day"), ("printing", "printing")], editable=False, max_length=8)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("claims", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("failure", models.CharField(blank=True, editable=False, max_length=40)),
                ("made_at", models.DateTimeField(editable=False, null=True)),
                ("content_hash", models.CharField(blank=True, editable=False, max_length=64)),
                ("pdf_hash", models.CharField(blank=True, editable=False, max_length=64)),
                ("code", models.CharField(blank=True, editable=False, max_length=19)),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency")),
                ("agreement", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agreement", verbose_name="agreement")),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "situation report",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="sitrep_audience"),
                    models.Index(fields=["author", "-created_at"], name="sitrep_of_author"),
                    models.Index(fields=["code"], name="sitrep_code", condition=~models.Q(code="")),
                    models.Index(fields=["pdf_hash"], name="sitrep_pdf", condition=~models.Q(pdf_hash="")),
                    models.Index(fields=["created_at"], name="sitrep_waiting", condition=models.Q(state__in=("queued", "making"))),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="sitrep_has_audience"),
                    models.CheckConstraint(
                        condition=models.Q(scope="agreement", agreement__isnull=False)
                        | (~models.Q(scope="agreement") & models.Q(agreement__isnull=True)),
                        name="sitrep_agreement",
                    ),
                    models.CheckConstraint(
                        condition=(models.Q(state="ready", made_at__isnull=False) & ~models.Q(code=""))
                        | (~models.Q(state="ready") & models.Q(made_at__isnull=True, code="")),
                        name="sitrep_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SitrepPaper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ("expiring", models.JSONField(editable=False, null=True)),
                ("tlp", models.CharField(choices=TLP, max_length=12)),
                ("level", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                ("holds", models.JSONField()),
                ("pdf", models.BinaryField()),
                ("sitrep", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="incidents.sitrep")),
            ],
            options={
                "abstract": False,
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="sitreppaper_audience")],
                "constraints": [models.CheckConstraint(condition=models.Q(("audience__len__gt", 0)), name="sitreppaper_has_audience")],
            },
        ),
    ]

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Every patrol of a programme has stood at its rule's start so far. The owner of the
# table is bound by row-level security as well, and sees none of them.
FILL = """
ALTER TABLE patrols_patrol NO FORCE ROW LEVEL SECURITY;
UPDATE patrols_patrol SET recurrence_at = starts_at WHERE programme_id IS NOT NULL;
ALTER TABLE patrols_patrol FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
        ('patrols', '0002_place_versions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('accepted', 'accepted'), ('refused', 'refused'), ('countered', 'counter-proposal'), ('lapsed', 'no answer in time'), ('withdrawn', 'no longer asked')], default='asked', max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('deadline_at', models.DateTimeField()),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('starts_at', models.DateTimeField(null=True, verbose_name='starts at')),
                ('ends_at', models.DateTimeField(null=True, verbose_name='ends at')),
                ('replaced_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='patrols.patrol')),
                ('route', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.route')),
                ('zone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.zone')),
            ],
            options={
                'ordering': ['agency__code', '-asked_at'],
                'abstract': False,
                'indexes': [
                    django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='consent_audience'),
                    models.Index(condition=models.Q(('replaced_at', None), ('state__in', ('asked', 'countered'))), fields=['deadline_at'], name='consent_waiting'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='consent_has_audience'),
                    models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('patrol', 'agency'), name='consent_current'),
                ],
            },
        ),
        migrations.AddField(
            model_name='programme',
            name='consent_days',
            field=models.PositiveSmallIntegerField(default=7, verbose_name='days to answer'),
        ),
        migrations.AlterField(
            model_name='patrol',
            name='state',
            field=models.CharField(choices=[('planned', 'draft'), ('proposed', 'proposed'), ('agreed', 'agreed'), ('under_way', 'under way'), ('completed', 'completed'), ('cancelled', 'cancelled')], default='planned', max_length=12, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='patrol',
            name='recurrence_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='patrol',
            name='patrol_once_per_start',
        ),
        migrations.AddConstraint(
            model_name='patrol',
            constraint=models.UniqueConstraint(condition=models.Q(('is_displaced', False)), fields=('programme', 'recurrence_at'), name='patrol_once_per_recurrence'),
        ),
        migrations.AddConstraint(
            model_name='patrol',
            constraint=models.CheckConstraint(condition=models.Q(('programme__isnull', True), ('recurrence_at__isnull', False), _connector='OR'), name='patrol_of_programme_recurs'),
        ),
    ]

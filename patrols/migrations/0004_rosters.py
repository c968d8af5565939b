import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_resources'),
        ('patrols', '0003_consents'),
    ]

    operations = [
        migrations.AddField(
            model_name='patrol',
            name='crew',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='patrol',
            name='demand',
            field=models.JSONField(blank=True, default=dict, verbose_name='demand'),
        ),
        migrations.AddField(
            model_name='programme',
            name='demand',
            field=models.JSONField(blank=True, default=dict, verbose_name='demand'),
        ),
        migrations.CreateModel(
            name='Roster',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('level', models.PositiveSmallIntegerField(default=0, verbose_name='level')),
                ('from_on', models.DateField(verbose_name='first day')),
                ('until_on', models.DateField(verbose_name='last day')),
                ('seconds', models.PositiveSmallIntegerField(default=60, verbose_name='seconds')),
                ('state', models.CharField(choices=[('queued', 'waiting for its turn'), ('solving', 'being worked out'), ('ready', 'ready to publish'), ('published', 'published'), ('failed', 'failed'), ('superseded', 'superseded')], default='queued', max_length=10, verbose_name='state')),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('finished_at', models.DateTimeField(editable=False, null=True)),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('claims', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('should_stop', models.BooleanField(default=False, editable=False)),
                ('progress', models.JSONField(default=dict, editable=False)),
                ('summary', models.JSONField(default=dict, editable=False)),
                ('failure', models.CharField(blank=True, editable=False, max_length=40)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agreement', verbose_name='agreement')),
                ('mends', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.roster')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'verbose_name': 'roster',
                'ordering': ['-created_at', '-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Gap',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('rule', models.CharField(max_length=3)),
                ('count', models.PositiveSmallIntegerField()),
                ('funnel', models.JSONField(default=list)),
                ('is_active', models.BooleanField(default=False)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gaps', to='patrols.patrol')),
                ('roster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.roster')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('is_active', models.BooleanField(default=False)),
                ('is_commander', models.BooleanField(default=False)),
                ('is_locked', models.BooleanField(default=False)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='patrols.patrol')),
                ('roster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.roster')),
            ],
            options={
                'verbose_name': 'assignment',
                'ordering': ['during', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AssetUse',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('is_active', models.BooleanField(default=False)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.asset')),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='patrols.patrol')),
                ('roster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.roster')),
            ],
            options={
                'verbose_name': 'use of an asset',
                'ordering': ['during', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RosterWork',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('problem', models.JSONField()),
                ('plan', models.JSONField()),
                ('roster', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='work', to='patrols.roster')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='roster',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='roster_audience'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='roster_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='roster_ends_later'),
        ),
        migrations.AddIndex(
            model_name='gap',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='gap_audience'),
        ),
        migrations.AddConstraint(
            model_name='gap',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='gap_has_audience'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='assignment_audience'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='assignment_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('roster', 'patrol', 'officer'), name='assignment_once'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_active', True)), expressions=[('officer', '='), ('during', '&&')], name='assignment_overlap'),
        ),
        migrations.AddIndex(
            model_name='assetuse',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='assetuse_audience'),
        ),
        migrations.AddConstraint(
            model_name='assetuse',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='assetuse_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='assetuse',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_active', True)), expressions=[('asset', '='), ('during', '&&')], name='assetuse_overlap'),
        ),
        migrations.AddIndex(
            model_name='rosterwork',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='rosterwork_audience'),
        ),
        migrations.AddConstraint(
            model_name='rosterwork',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='rosterwork_has_audience'),
        ),
    ]

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _taken(name):
    return [
        migrations.AddField(
            model_name=name,
            name='hindrance',
            field=models.CharField(blank=True, default='', editable=False, max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name=name,
            name='mended_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.roster'),
        ),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_resources'),
        ('patrols', '0008_fix_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='roster',
            name='causes',
            field=models.JSONField(default=list, editable=False),
        ),
        *_taken('assignment'),
        *_taken('assetuse'),
        migrations.CreateModel(
            name='Remedy',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('conflict', models.PositiveSmallIntegerField()),
                ('code', models.CharField(max_length=20)),
                ('detail', models.CharField(blank=True, max_length=80)),
                ('before', models.PositiveSmallIntegerField()),
                ('after', models.PositiveSmallIntegerField()),
                ('is_active', models.BooleanField(default=False)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remedies', to='patrols.patrol')),
                ('roster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.roster')),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='remedy_audience')],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='remedy_has_audience')],
            },
        ),
    ]

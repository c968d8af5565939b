import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patrols', '0004_rosters'),
    ]

    operations = [
        migrations.AddField(
            model_name='patrol',
            name='barred',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='programme',
            name='commanders_asked',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='programme',
            name='unled',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.CreateModel(
            name='LeadPlan',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('made_by', models.CharField(max_length=120)),
                ('reason', models.CharField(choices=[('opened', 'patrols were opened'), ('repaired', 'leads were repaired'), ('stood_down', 'an agency stood down')], max_length=12)),
                ('counted', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('certificate', models.JSONField()),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lead_plans', to='patrols.programme')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='leadplan_audience'), models.Index(fields=['programme', '-made_at'], name='leadplan_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='leadplan_has_audience')],
            },
        ),
    ]

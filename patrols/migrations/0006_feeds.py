import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_resources'),
        ('patrols', '0005_leads'),
    ]

    operations = [
        migrations.CreateModel(
            name='FeedKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('with_zone', models.BooleanField(default=False, verbose_name='with zone')),
                ('secret_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.programme', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'calendar feed',
                'ordering': ['-created_at', '-id'],
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='feedkey_audience')],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='feedkey_has_audience')],
            },
        ),
    ]

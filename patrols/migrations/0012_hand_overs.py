import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


# Plans that were kept before are shown as if they had given all their leads.
FILL = """
ALTER TABLE patrols_leadplan NO FORCE ROW LEVEL SECURITY;
UPDATE patrols_leadplan SET gave = counted;
ALTER TABLE patrols_leadplan FORCE ROW LEVEL SECURITY;
-- What it asks of other rows is asked before the table changes again.
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_resources'),
        ('patrols', '0011_one_off_agreements'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadplan',
            name='gave',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('state', models.CharField(choices=[('offered', 'offered'), ('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'taken back'), ('seized', 'taken in an emergency')], default='offered', max_length=9)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='answer')),
                ('offered_at', models.DateTimeField()),
                ('offered_by', models.CharField(max_length=120)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.CharField(blank=True, max_length=120)),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='patrols.patrol')),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'ordering': ['offered_at', 'id'],
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='handover_audience')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='handover_has_audience'),
                    models.UniqueConstraint(condition=models.Q(('state', 'offered')), fields=('patrol',), name='handover_one_offer'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('accepted', 'seized')), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='handover_taken_at'),
                ],
            },
        ),
    ]

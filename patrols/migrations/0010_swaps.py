import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_resources'),
        ('patrols', '0009_roster_remedies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Swap',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('state', models.CharField(choices=[('asked', 'waits for the colleague'), ('accepted', 'waits for a planner'), ('approved', 'done'), ('declined', 'declined by the colleague'), ('withdrawn', 'taken back'), ('refused', 'refused by a planner'), ('lapsed', 'lapsed')], default='asked', max_length=9, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('answered_at', models.DateTimeField(editable=False, null=True)),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('decided_by', models.CharField(blank=True, editable=False, max_length=120)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.assignment')),
                ('colleague', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='patrols.patrol')),
                ('wanted', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.assignment')),
            ],
            options={
                'verbose_name': 'swap',
                'ordering': ['-created_at', '-id'],
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='swap_audience')],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='swap_has_audience'), models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'accepted'))), fields=('assignment', 'colleague'), name='swap_asked_once')],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('is_wanted', models.BooleanField()),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to=settings.AUTH_USER_MODEL)),
                ('patrol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to='patrols.patrol')),
            ],
            options={
                'verbose_name': 'wish',
                'ordering': ['-created_at', '-id'],
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='wish_audience')],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='wish_has_audience'), models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('patrol', 'officer'), name='wish_once')],
            },
        ),
    ]

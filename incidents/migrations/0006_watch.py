"""Duty periods, hand-over, escalation, notices."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Duty periods, hand-over, escalation, notices."""

    dependencies = [
        ("incidents", "0005_attachments"),
    ]

    operations = [
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                ('alone_until', models.DateTimeField(editable=False)),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('end_reason', models.CharField(blank=True, editable=False, max_length=300)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('deputy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='officer on duty')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.post', verbose_name='post')),
            ],
            options={
                'verbose_name': 'duty period',
                'ordering': ['starts_at', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DutyHandOver',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('state', models.CharField(choices=[('offered', 'waits for the incoming officer'), ('accepted', 'accepted'), ('refused', 'refused'), ('withdrawn', 'taken back')], default='offered', max_length=9, verbose_name='state')),
                ('remark', models.TextField(blank=True, max_length=4000, verbose_name='remark')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('offered_at', models.DateTimeField()),
                ('offered_by', models.CharField(max_length=120)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.CharField(blank=True, max_length=120)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='incidents.duty')),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.duty')),
            ],
            options={
                'verbose_name': 'hand-over of duty',
                'ordering': ['-offered_at', '-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EscalationProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='escalationprogress_one')],
            },
        ),
        migrations.CreateModel(
            name='EscalationRule',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=100, verbose_name='order')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('drugs', 'drugs'), ('arms', 'arms'), ('smuggling', 'smuggling of goods'), ('trafficking', 'trafficking'), ('crossing', 'irregular crossing'), ('clash', 'armed clash'), ('terrorism', 'terrorism'), ('livestock', 'livestock'), ('marker', 'border-marker damage'), ('hazard', 'natural hazard'), ('medical', 'medical'), ('dispute', 'community dispute'), ('other', 'other')], max_length=12), blank=True, default=list, size=None, verbose_name='categories')),
                ('severity', models.CharField(choices=[('extreme', 'extreme'), ('severe', 'severe'), ('moderate', 'moderate'), ('minor', 'minor'), ('unknown', 'unknown')], default='unknown', max_length=8, verbose_name='least severity')),
                ('steps', models.JSONField(verbose_name='steps')),
                ('repeats', models.PositiveSmallIntegerField(default=0, verbose_name='repeats')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('zone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patrols.zone', verbose_name='zone')),
            ],
            options={
                'verbose_name': 'rule of escalation',
                'ordering': ['position', 'created_at', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('steps', models.JSONField()),
                ('repeats', models.PositiveSmallIntegerField(default=0)),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('next_whom', models.CharField(blank=True, max_length=80)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end', models.CharField(blank=True, choices=[('acknowledged', 'acknowledged'), ('closed', 'the incident is over'), ('withdrawn', 'the agency no longer sees the incident')], max_length=12)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='incidents.incident')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.escalationrule')),
            ],
            options={
                'verbose_name': 'escalation',
                'ordering': ['-opened_at', '-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HandOverItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('kind', models.CharField(choices=[('waiting', 'not acknowledged'), ('open', 'open'), ('over', 'over since this shift began')], max_length=7)),
                ('ref', models.CharField(max_length=32)),
                ('severity', models.CharField(choices=[('extreme', 'extreme'), ('severe', 'severe'), ('moderate', 'moderate'), ('minor', 'minor'), ('unknown', 'unknown')], max_length=8)),
                ('state', models.CharField(choices=[('reported', 'reported'), ('confirmed', 'confirmed'), ('responding', 'responding'), ('contained', 'contained'), ('resolved', 'resolved'), ('closed', 'closed')], max_length=12)),
                ('responses', models.PositiveSmallIntegerField(default=0)),
                ('is_changed', models.BooleanField(default=False)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('hand_over', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='incidents.dutyhandover')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.incident')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('step', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField()),
                ('mail', models.CharField(choices=[('none', 'no e-mail'), ('waiting', 'e-mail waits'), ('sending', 'e-mail handed over, not confirmed'), ('sent', 'e-mail sent'), ('dropped', 'e-mail no longer needed'), ('failed', 'e-mail failed')], default='none', max_length=7)),
                ('mail_due_at', models.DateTimeField(null=True)),
                ('mail_at', models.DateTimeField(null=True)),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='incidents.escalation')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.incident')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reachability',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, size=None)),
                ('expiring', models.JSONField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('officer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'reachability',
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='duty',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='duty_audience'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='duty_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='duty_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at__isnull', True), ('ended_at__isnull', True)), expressions=[(django.db.models.functions.comparison.Coalesce('post', 'agency', output_field=models.UUIDField()), '='), (models.Func('starts_at', 'alone_until', function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='duty_overlap'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at__isnull', True), ('ended_at__isnull', True)), expressions=[('officer', '='), (models.Func('starts_at', 'alone_until', function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='duty_of_officer'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('post__isnull', True), ('started_at__isnull', False)), fields=('agency',), name='duty_one_running'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('started_at__isnull', False)), fields=('post',), name='duty_one_running_at_post'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('alone_until__gt', models.F('starts_at')), ('alone_until__lte', models.F('ends_at'))), name='duty_alone_within'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('started_at__isnull', True), ('cancelled_at__isnull', True), _connector='OR'), name='duty_started_or_cancelled'),
        ),
        migrations.AddIndex(
            model_name='dutyhandover',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='dutyhandover_audience'),
        ),
        migrations.AddConstraint(
            model_name='dutyhandover',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='dutyhandover_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='dutyhandover',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'offered')), fields=('duty',), name='dutyhandover_one_offer'),
        ),
        migrations.AddConstraint(
            model_name='dutyhandover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'offered')), models.Q(models.Q(('state', 'offered'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='dutyhandover_answered_at'),
        ),
        migrations.AddIndex(
            model_name='escalationrule',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='escalationrule_audience'),
        ),
        migrations.AddConstraint(
            model_name='escalationrule',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='escalationrule_has_audience'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='escalation_audience'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=models.Q(('due_at__isnull', False), ('ended_at__isnull', True)), fields=['due_at'], name='escalation_due'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='escalation_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('incident', 'agency'), name='escalation_once'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', ''), ('ended_at__isnull', True)), models.Q(models.Q(('end', ''), _negated=True), ('due_at__isnull', True), ('ended_at__isnull', False)), _connector='OR'), name='escalation_end'),
        ),
        migrations.AddIndex(
            model_name='handoveritem',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='handoveritem_audience'),
        ),
        migrations.AddConstraint(
            model_name='handoveritem',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='handoveritem_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='handoveritem',
            constraint=models.UniqueConstraint(fields=('hand_over', 'incident'), name='handoveritem_once'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='notice_audience'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mail', 'waiting')), fields=['mail_due_at'], name='notice_mail_waiting'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['officer', '-at'], name='notice_of_officer'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='notice_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('escalation', 'step', 'officer'), name='notice_once'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mail', 'waiting'), _negated=True), ('mail_due_at__isnull', False), _connector='OR'), name='notice_mail_due'),
        ),
        migrations.AddIndex(
            model_name='reachability',
            index=django.contrib.postgres.indexes.GinIndex(fields=['audience'], name='reachability_audience'),
        ),
        migrations.AddConstraint(
            model_name='reachability',
            constraint=models.CheckConstraint(condition=models.Q(('audience__len__gt', 0)), name='reachability_has_audience'),
        ),
        migrations.AddConstraint(
            model_name='reachability',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='reachability_quiet_hours'),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

# A patrol of a programme has rested on its agreement so far. The owner of the table is
# bound by row-level security as well, and sees none of them.
FILL = """
ALTER TABLE patrols_patrol NO FORCE ROW LEVEL SECURITY;
ALTER TABLE patrols_programme NO FORCE ROW LEVEL SECURITY;
UPDATE patrols_patrol SET agreement_id = p.agreement_id, purpose = p.purpose
FROM patrols_programme p WHERE p.id = programme_id;
ALTER TABLE patrols_programme FORCE ROW LEVEL SECURITY;
ALTER TABLE patrols_patrol FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_resources'),
        ('patrols', '0010_swaps'),
    ]

    operations = [
        migrations.AddField(
            model_name='patrol',
            name='agreement',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='agencies.agreement', verbose_name='agreement'),
        ),
        migrations.AddField(
            model_name='patrol',
            name='purpose',
            field=models.CharField(choices=[('patrol', 'joint patrol'), ('incident', 'incident response'), ('intelligence', 'sharing of intelligence'), ('training', 'joint training'), ('rescue', 'search and rescue')], db_default='patrol', default='patrol', max_length=16, verbose_name='purpose'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

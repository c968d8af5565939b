import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patrols', '0006_feeds'),
    ]

    operations = [
        migrations.AddField(
            model_name='programme',
            name='excepted_on',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None, verbose_name='days left out'),
        ),
    ]

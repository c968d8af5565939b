from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('patrols', '0004_rosters'),
    ]

    operations = []

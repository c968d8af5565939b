from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('patrols', '0002_place_versions'),
    ]

    operations = []

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('patrols', '0005_leads'),
    ]

    operations = []

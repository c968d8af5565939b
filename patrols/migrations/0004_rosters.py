from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('patrols', '0003_consents'),
    ]

    operations = []

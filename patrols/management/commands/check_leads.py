"""``manage.py check_leads``: verify every certificate that was kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agencies.context import system
from patrols import rotation_check
from patrols.models import LeadPlan


class Command(BaseCommand):
    """Check the certificates of all plans of leads by code of its own."""

    help = "Verify the certificate of every plan of leads; fails if one is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many were checked, and what is wrong."""
        checked = wrong = 0
        with system("check leads"):
            plans = LeadPlan.objects.select_related("programme").iterator(100)
            for plan in plans:
                checked += 1
                found = rotation_check.findings(plan.certificate)
                wrong += bool(found)
                for finding in found:
                    self.stderr.write(f"{plan.programme.code} {plan.pk}: {finding}")
        self.stdout.write(f"{checked} checked, {wrong} wrong")
        if wrong:
            raise CommandError("a certificate is wrong")

"""The version of everybody's rights."""

from django.contrib.gis.db import models
from django.db.models import F


class RightsVersion(models.Model):
    """One row that rises with every change of anybody's rights.

    The live process compares it before each send (leak vector L27).
    """

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        """Return the number."""
        return str(self.number)

    @classmethod
    def raise_(cls) -> None:
        """Tell every open socket to check its rights again."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.create(pk=1, number=1)

    @classmethod
    def current(cls) -> int:
        """Return the present number."""
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0

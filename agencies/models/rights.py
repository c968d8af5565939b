"""The version of everybody's rights."""

import uuid

from django.contrib.gis.db import models


class RightsVersion(models.Model):
    """One row that changes with every change of anybody's rights.

    The live process compares it before each send (leak vector L27), and what is
    remembered of rights is remembered under it. It is drawn at random: after a
    restore that lost the last changes, their numbers would be given out again.
    """

    stamp = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        """Return the stamp."""
        return str(self.stamp)

    @classmethod
    def renew(cls) -> None:
        """Tell every open socket to check its rights again."""
        stamp = uuid.uuid4()
        if not cls.objects.filter(pk=1).update(stamp=stamp):
            cls.objects.create(pk=1, stamp=stamp)

    @classmethod
    def current(cls) -> uuid.UUID | None:
        """Return the present stamp; none before the first change."""
        return cls.objects.filter(pk=1).values_list("stamp", flat=True).first()

"""What stands in the way of a patrol that is planned: codes, kinds and words.

What is found is found elsewhere (``legal_basis``, ``clashes``, ``force``); here it gets
its words, so that the pages and the API say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from patrols.legal_basis import CLAUSES
from patrols.models import Patrol


class ConflictKind(models.TextChoices):
    """What a conflict is with; only the first keeps a patrol from being planned."""

    AGREEMENT = "agreement", _("not permitted")
    CLASH = "clash", _("clash")
    FORCE = "force", _("own force")
    CLOCK = "clock", _("calendar")


WORDS: dict[str, tuple[ConflictKind, Any]] = {
    "same_zone": (
        ConflictKind.CLASH,
        _("%(ref)s, led by %(lead)s, is in the same zone at that time."),
    ),
    "same_section": (
        ConflictKind.CLASH,
        _("%(ref)s, led by %(lead)s, is on %(sections)s at that time."),
    ),
    "officers_short": (
        ConflictKind.FORCE,
        _(
            "%(wanted)s of your officers are asked for, %(free)s of %(all)s are free:"
            " %(away)s away, %(out)s on other patrols, %(barred)s not permitted there."
        ),
    ),
    "commander_missing": (
        ConflictKind.FORCE,
        _("Your agency leads, and none of its commanders is free and certified."),
    ),
    "certificate_missing": (
        ConflictKind.FORCE,
        _("“%(name)s”: the crew needs %(wanted)s, and %(free)s of your free officers"
          " hold it."),
    ),
    "language_missing": (
        ConflictKind.FORCE,
        _("No language of %(names)s is spoken by %(wanted)s of your free officers."),
    ),
    "equipment_short": (
        ConflictKind.FORCE,
        _("%(name)s: %(wanted)s are asked for, %(free)s of your %(all)s are in service"
          " and free."),
    ),
    "clock_change": (
        ConflictKind.CLOCK,
        _("The clock of %(zone)s is set meanwhile: it lasts %(hours)s h, not"
          " %(usual)s."),
    ),
    "start_skipped": (
        ConflictKind.CLOCK,
        _("The clock of %(zone)s leaves out %(time)s that day: it starts at"
          " %(moved)s."),
    ),
    "start_twice": (
        ConflictKind.CLOCK,
        _("The clock of %(zone)s shows %(time)s twice that day: it starts the first"
          " time."),
    ),
    "kept": (
        ConflictKind.CLOCK,
        _("The rule does not name this day; what is agreed stays."),
    ),
    "left_out": (ConflictKind.CLOCK, _("Left out: no patrol on this day.")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that stands in the way; ``given`` are the numbers in its words."""

    code: str
    given: Mapping[str, Any] = field(default_factory=dict)
    # Of a clause of an agreement: what the refusal says, and where.
    text: str = ""
    pointer: str = ""
    # Of a clash: the other patrol.
    patrol: Patrol | None = None

    @classmethod
    def of(cls, refusal: Invalid) -> Self:
        """Return what a refusal of ``legal_basis`` says, before anybody is refused."""
        return cls(
            refusal.code, text=str(refusal.detail), pointer=refusal.pointer or ""
        )

    @property
    def kind(self) -> ConflictKind:
        """What it is with."""
        return WORDS[self.code][0] if self.code in WORDS else ConflictKind.AGREEMENT

    @property
    def clause(self) -> str:
        """The clause of the agreement that is broken, if one is."""
        return CLAUSES.get(self.code, "")

    @property
    def words(self) -> str:
        """It in words."""
        return self.text or str(WORDS[self.code][1]) % self.given

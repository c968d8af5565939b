"""What officers ask of a roster: wishes before it is published, swaps after."""

from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Officer
from agencies.policy import Actor
from agencies.records import GuardedQuerySet, Versioned
from patrols.models.patrols import Patrol
from patrols.models.rosters import Assignment, is_planner


class WishQuerySet(GuardedQuerySet["Wish"]):
    """Wishes."""

    def standing(self) -> Self:
        """Keep those that were not taken back."""
        return self.filter(withdrawn_at=None)

    def shown_to(self, actor: Actor) -> Self:
        """Leave others' wishes to those who plan."""
        return self if is_planner(actor) else self.filter(officer=actor.officer_id)


class Wish(Versioned):
    """An officer would like to go on a patrol, or would rather not.

    For the officer's own agency alone: what becomes of it, partners cannot tell
    from what would have been without it.
    """

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="wishes")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="wishes")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    is_wanted = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = WishQuerySet.as_manager()  # type: ignore[misc]
    guard_parent: ClassVar[str | None] = "patrol"
    guard_follows: ClassVar[bool] = False
    headline: ClassVar[dict[str, Any]] = {"title": "officer__name"}

    class Meta(Versioned.Meta):
        """An officer has one wish for each patrol."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("wish")
        constraints = [
            *Versioned.Meta.constraints,
            models.UniqueConstraint(
                fields=["patrol", "officer"],
                condition=Q(withdrawn_at=None),
                name="wish_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the officer's id: the name is for colleagues."""
        return str(self.officer_id)


class SwapState(models.TextChoices):
    """Where a swap stands."""

    ASKED = "asked", _("waits for the colleague")
    ACCEPTED = "accepted", _("waits for a planner")
    APPROVED = "approved", _("done")
    DECLINED = "declined", _("declined by the colleague")
    WITHDRAWN = "withdrawn", _("taken back")
    REFUSED = "refused", _("refused by a planner")
    LAPSED = "lapsed", _("lapsed")


# Somebody has still to answer.
OPEN_SWAPS = (SwapState.ASKED, SwapState.ACCEPTED)


class SwapQuerySet(GuardedQuerySet["Swap"]):
    """Swaps."""

    def waiting(self) -> Self:
        """Keep those that somebody has still to answer."""
        return self.filter(state__in=OPEN_SWAPS)

    def shown_to(self, actor: Actor) -> Self:
        """Leave to those who plan what others ask of each other."""
        if is_planner(actor):
            return self
        me = actor.officer_id
        return self.filter(Q(asker=me) | Q(colleague=me))


class Swap(Versioned):
    """An officer asks a colleague to take over a duty, or to exchange it for theirs.

    ``assignment`` is what the asker gives, ``wanted`` what they take for it, if
    anything. ``agency`` is that of both.
    """

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="swaps")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    wanted = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    asker = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    colleague = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=9, choices=SwapState, default=SwapState.ASKED
    )
    # What the asker says, and why the colleague or the planner says no.
    note = models.CharField(_("note"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.CharField(max_length=120, blank=True, editable=False)

    objects = SwapQuerySet.as_manager()  # type: ignore[misc]
    guard_parent: ClassVar[str | None] = "patrol"
    guard_follows: ClassVar[bool] = False
    headline: ClassVar[dict[str, Any]] = {"title": "asker__name", "state": "state"}

    class Meta(Versioned.Meta):
        """A colleague is asked once about a duty, until there is an answer."""

        ordering = ["-created_at", "-id"]
        verbose_name = _("swap")
        constraints = [
            *Versioned.Meta.constraints,
            models.UniqueConstraint(
                fields=["assignment", "colleague"],
                condition=Q(state__in=OPEN_SWAPS),
                name="swap_asked_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the state: names are for colleagues."""
        return str(self.get_state_display())

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to answer."""
        return self.state in OPEN_SWAPS

"""Who responds to an incident, and how far they have come."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Asset, Post
from agencies.records import Guarded
from incidents.models.incidents import Incident
from patrols.models import Patrol


class ResponseState(models.TextChoices):
    """How far a response has come."""

    ASSIGNED = "assigned", _("dispatched")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    EN_ROUTE = "en_route", _("en route")
    ON_SCENE = "on_scene", _("on scene")
    DONE = "done", _("clear")
    DECLINED = "declined", _("declined")


# A response only moves forward; it may be declined until it is over.
NEXT_STATES = {
    ResponseState.ASSIGNED: [
        ResponseState.ACKNOWLEDGED,
        ResponseState.EN_ROUTE,
        ResponseState.ON_SCENE,
        ResponseState.DONE,
        ResponseState.DECLINED,
    ],
    ResponseState.ACKNOWLEDGED: [
        ResponseState.EN_ROUTE,
        ResponseState.ON_SCENE,
        ResponseState.DONE,
        ResponseState.DECLINED,
    ],
    ResponseState.EN_ROUTE: [
        ResponseState.ON_SCENE,
        ResponseState.DONE,
        ResponseState.DECLINED,
    ],
    ResponseState.ON_SCENE: [ResponseState.DONE, ResponseState.DECLINED],
    ResponseState.DONE: [],
    ResponseState.DECLINED: [],
}
RESPONSE_OVER = [ResponseState.DONE, ResponseState.DECLINED]
# The column that keeps when each state was reached.
REACHED_AT = {
    ResponseState.ACKNOWLEDGED: "acknowledged_at",
    ResponseState.EN_ROUTE: "en_route_at",
    ResponseState.ON_SCENE: "on_scene_at",
    ResponseState.DONE: "ended_at",
    ResponseState.DECLINED: "ended_at",
}
# What an agency may send, at most one of them in a response.
UNITS = ("patrol", "post", "asset")


class Response(Guarded):
    """An agency, perhaps with a unit of its own, that responds to an incident."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="responses")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    patrol = models.ForeignKey(Patrol, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        _("state"), max_length=12, choices=ResponseState, default=ResponseState.ASSIGNED
    )
    task = models.CharField(_("task"), max_length=300, blank=True)
    assigned_by = models.CharField(max_length=120)
    assigned_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    en_route_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120, blank=True)
    # What the agency last said with a step: why it was declined, what was found.
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Newest last; of one unit at most."""

        ordering = ["assigned_at"]
        constraints = [
            *Guarded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(patrol__isnull=True, post__isnull=True)
                | Q(patrol__isnull=True, asset__isnull=True)
                | Q(post__isnull=True, asset__isnull=True),
                name="response_one_unit",
            ),
        ]

    def __str__(self) -> str:
        """Return the agency."""
        return self.agency.code

    @property
    def took(self) -> timedelta:
        """The time from assignment to the last change."""
        return self.changed_at - self.assigned_at

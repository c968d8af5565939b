"""Forms of the pages of incidents, and what those of reports share with them."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from agencies.forms import (
    CHOOSE,
    MomentField,
    PartForm,
    ReasonField,
    any_agency,
    choose,
    minute,
    offer,
)
from agencies.forms.grantees import GranteeBoxes, grantee_choices, grantee_names
from agencies.forms.logs import LineForm
from agencies.forms.records import MarkedForm
from agencies.models import Agency
from agencies.policy import Actor, Permission
from incidents.fitting import standing_of
from incidents.models import (
    Category,
    CloseReason,
    Incident,
    IncidentState,
    LogEntry,
    Severity,
)
from incidents.rule_words import in_short
from incidents.type_forms import TypedForm
from incidents.units import agencies_told
from patrols.forms.place_field import PlaceField
from patrols.models import CURRENT_STATES, OPEN_STATES, Patrol, PatrolState


def this_minute() -> datetime:
    """Return the present, for what is usually reported at once."""
    return minute(timezone.now()) or timezone.now()


class PatrolField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A patrol, told from others of its name by its start and state."""

    def label_from_instance(self, obj: Any) -> str:
        """Return reference, title, start by the agency's clock, and state."""
        starts = date_format(timezone.localtime(obj.starts_at), "j M H:i")
        return f"{obj.ref} · {obj.title} · {starts} · {obj.get_state_display()}"


# How far from now a patrol is offered that is not under way.
PATROL_SPAN = timedelta(days=2)


def near_now(patrols: QuerySet[Any], *, or_this: Any = None) -> QuerySet[Any]:
    """Keep those around now: under way, then the next ones, then the latest over.

    ``or_this``, by its id, is kept whenever it was.
    """
    now = timezone.now()
    is_under_way = Q(state=PatrolState.UNDER_WAY)
    is_ahead = Q(state__in=OPEN_STATES, ends_at__gt=now)
    is_near = Q(starts_at__lt=now + PATROL_SPAN, ends_at__gt=now - PATROL_SPAN)
    ahead_at = Case(When(is_under_way | is_ahead, then=F("starts_at")))
    is_offered = is_under_way | is_near & ~Q(state=PatrolState.CANCELLED)
    return patrols.filter(is_offered | Q(pk=or_this)).order_by(
        Case(When(is_under_way, then=0), When(is_ahead, then=1), default=2),
        ahead_at,
        "-starts_at",
        "id",
    )


class RecordForm(MarkedForm):
    """What the forms of incidents and reports share: first releases, and the clock."""

    release_to = forms.MultipleChoiceField(
        label=_("release to"),
        required=False,
        widget=GranteeBoxes,
        help_text=_("At once, in full. Nobody else sees the record."),
    )

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer grantees for a new record."""
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        if is_new:
            choose(self, "release_to", grantee_choices(actor))
        else:
            del self.fields["release_to"]


class IncidentForm(TypedForm, RecordForm):
    """An incident."""

    severity = forms.ChoiceField(
        label=_("severity"), choices=[CHOOSE, *Severity.choices]
    )
    title = forms.CharField(label=_("title"), max_length=160)
    occurred_at = MomentField(label=_("occurred at"), initial=this_minute)
    place = PlaceField()
    narrative = forms.CharField(
        label=_("narrative"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    patrol = PatrolField(
        Patrol._default_manager.none(), label=_("patrol"), required=False
    )
    by_rule = forms.BooleanField(
        label=_("release by our standing rules"), required=False, initial=True
    )

    field_order = [
        "type", "category", "severity", "title", "occurred_at", "place", "narrative",
        "language", "patrol", "tlp", "level", "by_rule", "release_to",
    ]  # fmt: skip

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        """Offer patrols around now, and the one that it has; tell of the rules."""
        super().__init__(*args, is_new=is_new, **kwargs)
        self._tell_of_rules(is_new=is_new)
        seen = Patrol.objects.visible_to(self.actor)
        offer(self, "patrol", near_now(seen, or_this=self.initial.get("patrol")))

    def _tell_of_rules(self, *, is_new: bool) -> None:
        """Say to whom rules release it; let who may release hold it back."""
        rules = list(standing_of(self.actor)) if is_new else []
        if not rules or not self.actor.may(Permission.INCIDENT_RELEASE):
            del self.fields["by_rule"]
            return
        names = grantee_names(self.actor)
        lines = sorted({in_short(rule, names) for rule in rules})
        text = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
        self.fields["by_rule"].help_text = text

    @property
    def given(self) -> dict[str, Any]:
        """Say of a place also how it was given."""
        values = super().given
        if where := values.pop("place", None):
            values |= where.columns()
        return values


class SharedForm(PartForm):
    """What is added to an incident, for some of those who see it."""

    sharing = forms.ChoiceField(
        label=_("who sees it"),
        choices=LogEntry.Sharing.choices,
        initial=LogEntry.Sharing.OWNER,
    )

    def __init__(self, *args: Any, is_owner: bool, **kwargs: Any) -> None:
        """Offer the owner "my agency" once."""
        super().__init__(*args, **kwargs)
        if is_owner:
            field: Any = self.fields["sharing"]
            sharing = LogEntry.Sharing
            field.choices = [one for one in sharing.choices if one[0] != sharing.OWNER]
            field.initial = sharing.OWN


class LogForm(SharedForm, LineForm):
    """A new line in the log."""


class ToldAgencyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An agency that sees an incident; ``offer_told`` fills it."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer nobody yet."""
        kwargs.setdefault("label", _("agency"))
        super().__init__(Agency.objects.none(), to_field_name="code", **kwargs)


def offer_told(form: forms.Form, incident: Incident, actor: Actor) -> None:
    """Offer the agencies that can be asked to do something about an incident."""
    field = form.fields["agency"]
    field.initial = actor.agency
    if actor.owns(incident):
        field.help_text = _("Those that see the incident; release it to others first.")
    told = agencies_told(incident, actor)
    offer(form, "agency", Agency.objects.filter(pk__in=told))


class AssignForm(PartForm):
    """Who responds."""

    name = "assign"

    agency = ToldAgencyField(required=False)
    patrol = PatrolField(
        Patrol._default_manager.none(), label=_("patrol"), required=False
    )
    task = forms.CharField(label=_("task"), max_length=300, required=False)

    def __init__(
        self, *args: Any, actor: Actor, incident: Incident, **kwargs: Any
    ) -> None:
        """Offer those that see it to the owner, its own agency to a partner."""
        super().__init__(*args, **kwargs)
        patrols = Patrol.objects.visible_to(actor).filter(state__in=CURRENT_STATES)
        if not actor.owns(incident):
            patrols = patrols.filter(participants__contains=[actor.agency])
            # Without it the patrol's lead would be meant, who may be another.
            self.fields["agency"].required = True
        offer_told(self, incident, actor)
        offer(self, "patrol", near_now(patrols))


class AdvanceForm(PartForm):
    """How far a response has come."""

    name = "advance"

    # Which there are, and which come next, the action says.
    state = forms.CharField(required=False)
    remark = forms.CharField(label=_("remark"), max_length=300, required=False)


class CloseForm(PartForm):
    """Why an incident is closed."""

    name = "close"

    reason = forms.ChoiceField(
        label=_("reason"), choices=[CHOOSE, *CloseReason.choices]
    )
    why = ReasonField(label=_("more about it"))


class IncidentFilterForm(forms.Form):
    """The filters of the list, in its URL."""

    text = forms.CharField(
        label=_("reference or words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("state"),
        required=False,
        choices=[("", _("any")), ("open", _("open")), *IncidentState.choices],
    )
    severity = forms.ChoiceField(
        label=_("severity"), required=False, choices=[("", _("any")), *Severity.choices]
    )
    category = forms.ChoiceField(
        label=_("category"), required=False, choices=[("", _("any")), *Category.choices]
    )
    owner = any_agency(_("owner"))
    days = forms.TypedChoiceField(
        label=_("age"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("any")),
            ("1", _("one day")),
            ("7", _("one week")),
            ("30", _("30 days")),
        ],
    )

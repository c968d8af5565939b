"""Forms of patrols and of their board."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.forms import (
    DayField,
    MomentField,
    PartForm,
    ReasonField,
    RefusableForm,
    any_agency,
    choose,
    offer,
)
from agencies.forms.records import MarkedForm
from agencies.models import Agency, Agreement, Officer, Purpose
from agencies.policy import Actor
from patrols import commanding, rules
from patrols.models import Patrol, Route, Zone


class PatrolDayField(DayField):
    """A day on which there may be a patrol."""

    def __init__(self, **kwargs: Any) -> None:
        """Begin later than other days do."""
        super().__init__(**kwargs)
        first = rules.EARLIEST.date()
        self.validators.append(MinValueValidator(first, _("Not a day of our time.")))


class BoardForm(forms.Form):
    """The filters of the board, in its URL."""

    q = forms.CharField(label=_("title or reference"), required=False, max_length=80)
    since = PatrolDayField(label=_("from day"), required=False)
    until = PatrolDayField(label=_("to day"), required=False)
    lead = any_agency(_("lead agency"))
    agency = any_agency(_("takes part"))
    zone = forms.ModelChoiceField(
        Zone._default_manager.none(),
        label=_("zone"),
        required=False,
        empty_label=_("any"),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer the zones that the officer sees."""
        super().__init__(*args, **kwargs)
        offer(self, "zone", Zone.objects.visible_to(actor))


class PatrolForm(MarkedForm):
    """One patrol outside any programme."""

    title = forms.CharField(label=_("title"), max_length=120)
    agreement = forms.ModelChoiceField(
        Agreement._default_manager.none(),
        label=_("agreement"),
        to_field_name="code",
        required=False,
        empty_label=_("none: our agency alone, at home"),
        help_text=_("What permits it. Needed where more than one agency takes part."),
    )
    purpose = forms.ChoiceField(label=_("purpose"), choices=Purpose.choices)
    zone = forms.ModelChoiceField(Zone._default_manager.none(), label=_("zone"))
    route = forms.ModelChoiceField(
        Route._default_manager.none(), label=_("route"), required=False
    )
    starts_at = MomentField(label=_("starts at"))
    ends_at = MomentField(label=_("ends at"))
    lead = forms.ModelChoiceField(
        Agency.objects.all(), label=_("lead agency"), to_field_name="code"
    )
    participants = forms.MultipleChoiceField(
        label=_("participants"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are released the patrol. The lead agency is one of them."),
    )

    field_order = [
        "title", "agreement", "purpose", "zone", "route", "starts_at", "ends_at",
        "lead", "participants", "tlp", "level",
    ]  # fmt: skip

    def __init__(self, *args: Any, patrol: Patrol | None = None, **kwargs: Any) -> None:
        """Offer the agreements and the places that the officer sees."""
        super().__init__(*args, is_new=patrol is None, **kwargs)
        offer(self, "agreement", own_agreements(self.actor))
        offer(self, "zone", Zone.objects.visible_to(self.actor))
        offer(self, "route", Route.objects.visible_to(self.actor))
        if patrol is None:
            codes = Agency.objects.values_list("code", flat=True)
            choose(self, "participants", [(code, code) for code in codes])
            return
        # Who takes part and who leads was agreed; plan another patrol instead.
        del self.fields["lead"], self.fields["participants"]
        if patrol.agreement_id is not None:
            # So is the legal basis, though the agreement may have lapsed.
            del self.fields["agreement"]

    @property
    def draft(self) -> dict[str, Any] | None:
        """What is right so far, for its preview; none without hours."""
        given = self.cleaned_data
        if not given.get("starts_at") or not given.get("ends_at"):
            return None
        names = set(given) - {"version", "title"}
        return {name: given[name] for name in names if given[name] not in (None, "")}


def own_agreements(actor: Actor) -> QuerySet[Agreement]:
    """Return the agreements in force that an actor's agency is a party to."""
    codes = [membership.agreement for membership in actor.memberships]
    return Agreement.objects.visible_to(actor).filter(code__in=codes)


class CancelForm(RefusableForm):
    """Why a patrol is called off."""

    reason = ReasonField()


if TYPE_CHECKING:
    OfficerField = forms.ModelChoiceField[Officer]
else:
    # Generic for the type checker alone.
    OfficerField = forms.ModelChoiceField


class CommanderField(OfficerField):
    """An officer; who cannot go is offered with the reason."""

    obstacles: Mapping[UUID, commanding.Obstacle] = {}

    def label_from_instance(self, obj: Officer) -> str:
        """Return the name, and what stands in the way."""
        found = self.obstacles.get(obj.pk)
        return f"{obj} \N{EM DASH} {found.words}" if found else str(obj)


class CommanderForm(PartForm):
    """Who commands."""

    name = "name"
    commander = CommanderField(
        Officer._default_manager.none(), label=_("commander"), to_field_name="username"
    )

    def __init__(self, *args: Any, patrol: Patrol, actor: Actor, **kwargs: Any) -> None:
        """Offer the commanders of the lead agency whom the officer knows."""
        super().__init__(*args, **kwargs)
        known = commanding.known(patrol, actor)
        field = self.fields["commander"]
        if isinstance(field, CommanderField):
            field.queryset = known
            field.obstacles = commanding.obstacles(
                patrol, known.values_list("pk", flat=True), actor
            )

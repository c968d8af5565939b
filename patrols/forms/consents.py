"""Forms of what is said to a proposed patrol."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import MomentField, PartForm, ReasonField, RefusableForm, offer
from agencies.policy import Actor
from patrols.forms.patrols import PatrolDayField
from patrols.models import Route, Zone


class ProposeForm(PartForm):
    """Until when the others answer."""

    name = "propose"
    deadline_at = MomentField(label=_("answer until"))


class RefuseForm(PartForm):
    """Why an agency does not take part."""

    name = "refuse"
    reason = ReasonField(
        required=True,
        help_text=_("The owner and the agencies that take part can read it."),
    )


class CounterForm(RefusableForm):
    """What an agency would rather have; what is left alone stays as it is."""

    starts_at = MomentField(label=_("starts at"))
    ends_at = MomentField(label=_("ends at"))
    zone = forms.ModelChoiceField(
        Zone._default_manager.none(),
        label=_("zone"),
        required=False,
        empty_label=_("as proposed"),
    )
    route = forms.ModelChoiceField(
        Route._default_manager.none(),
        label=_("route"),
        required=False,
        empty_label=_("as proposed"),
        help_text=_("The owner can adopt only a place that was released to it."),
    )
    reason = ReasonField(
        help_text=_("The owner and the agencies that take part can read it.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer the places that the officer sees."""
        super().__init__(*args, **kwargs)
        offer(self, "zone", Zone.objects.visible_to(actor))
        offer(self, "route", Route.objects.visible_to(actor))

    @property
    def given(self) -> dict[str, Any]:
        """What differs from the patrol, and why."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        return changed | {"reason": self.cleaned_data["reason"]}


class DraftsForm(PartForm):
    """Up to which day a programme's drafts are proposed."""

    name = "drafts"
    upto = PatrolDayField(label=_("up to and with"))

"""Forms of an incident's life: steps, duplicates, units, tasks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import MomentField, PartForm, ReasonField
from agencies.models import Agency, Asset, Post
from agencies.policy import Actor
from incidents.forms import ToldAgencyField, offer_told
from incidents.models import UNITS, Incident
from patrols.models import Patrol

# Steps that nobody takes without a word.
REASONED = {"reopen", "unmerge"}


class StepForm(PartForm):
    """Why a step is taken; ``verb`` names it."""

    why = ReasonField(label=_("why"))

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        """Set the ids of its controls apart from those of other steps."""
        self.name = verb
        super().__init__(*args, **kwargs)
        self.fields["why"].required = verb in REASONED


class MergeForm(StepForm):
    """Into which incident a duplicate is merged, by its reference."""

    into = forms.CharField(label=_("reference of the other incident"), max_length=32)
    field_order = ("into", "why")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Look among the incidents of the actor's own agency."""
        super().__init__(*args, **kwargs)
        self.actor = actor
        # The page offers those around in a list of that id.
        self.fields["into"].widget.attrs |= {
            "list": "merge-near",
            "autocomplete": "off",
        }

    def clean_into(self) -> Incident:
        """Return the incident, as far as the officer sees it."""
        own = Incident.objects.visible_to(self.actor).filter(owner=self.actor.agency_id)
        ref = self.cleaned_data["into"].strip().upper()
        found = own.filter(ref=ref, tear_line_of=None).first()
        if found is None:
            raise forms.ValidationError(_("Your agency has no such incident."))
        return found


class DispatchForm(PartForm):
    """Which unit goes, as ``kind:id``; one that is not seen is as good as none."""

    name = "dispatch"

    unit = forms.RegexField(rf"^({'|'.join(UNITS)}):[0-9a-f-]{{36}}$")
    task = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Look among what the actor sees."""
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_unit(self) -> dict[str, Any]:
        """Return the unit by its kind, and who goes with it."""
        kind, _colon, pk = self.cleaned_data["unit"].partition(":")
        model: Any = {"patrol": Patrol, "post": Post, "asset": Asset}[kind]
        try:
            found = model.objects.visible_to(self.actor).filter(pk=pk).first()
        except forms.ValidationError:
            found = None
        if found is None:
            raise forms.ValidationError(_("No such unit."))
        if kind == "patrol" and self.actor.agency in found.participants:
            return {kind: found, "agency": Agency.objects.get(code=self.actor.agency)}
        return {kind: found}


class TaskForm(PartForm):
    """What is to be done, by whom, until when."""

    name = "task"

    what = forms.CharField(label=_("what is to be done"), max_length=300)
    due_at = MomentField(label=_("due at"))
    agency = ToldAgencyField()

    def __init__(
        self, *args: Any, actor: Actor, incident: Incident, **kwargs: Any
    ) -> None:
        """Offer those that see it to the owner, its own agency to a partner."""
        super().__init__(*args, **kwargs)
        offer_told(self, incident, actor)

"""Forms of duty periods, hand-overs, rules of escalation, and being reached."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.forms import MomentField, PartForm, ReasonField, choose, offer
from agencies.forms.records import VersionedForm
from agencies.models import Officer, Post
from agencies.policy import PERMISSIONS, Actor, Permission, Role
from incidents.actions.rules import LONGEST, MOST_REPEATS, MOST_STEPS
from incidents.choosing_form import ChoosesIncidentsForm
from incidents.models import Duty, EscalationRule
from incidents.on_duty import DEPUTY, OFFICER, ON_DUTY, ROLE, colleagues, in_words

# The roles that a centre's officers have: who may acknowledge, and who plans.
CENTRE = (Role.LIAISON, Role.COMMANDER, Role.PLANNER)


class DutyForm(VersionedForm):
    """A turn on watch."""

    officer = forms.ModelChoiceField(
        Officer._default_manager.none(),
        label=_("officer on duty"),
        to_field_name="username",
    )
    deputy = forms.ModelChoiceField(
        Officer._default_manager.none(),
        label=_("deputy"),
        required=False,
        to_field_name="username",
        empty_label=_("none"),
    )
    post = forms.ModelChoiceField(
        Post._default_manager.none(),
        label=_("post"),
        required=False,
        to_field_name="code",
        empty_label=_("the whole agency"),
        help_text=_("The agency's own watch is called before those of its posts."),
    )
    starts_at = MomentField(label=_("from"))
    ends_at = MomentField(
        label=_("until"),
        help_text=_("It may overlap the next one by half an hour, for the hand-over."),
    )

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer colleagues who may acknowledge, and the agency's posts."""
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        wanted = Permission.INCIDENT_ACKNOWLEDGE
        roles = [role for role, may in PERMISSIONS.items() if wanted in may]
        people = colleagues(actor).filter(roles__overlap=roles).order_by("name")
        for name in ("officer", "deputy"):
            offer(self, name, people)
        posts = Post.objects.visible_to(actor).filter(owner=actor.agency_id)
        offer(self, "post", posts)
        if not is_new:
            del self.fields["post"]


class OfferForm(PartForm):
    """To whom one hands over, and what to look out for."""

    name = "offer"
    to = forms.ModelChoiceField(Duty.objects.none(), label=_("incoming duty"))
    remark = forms.CharField(
        label=_("remark"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the list does not say. All of your agency can read it."),
    )

    def __init__(self, *args: Any, duties: Any, **kwargs: Any) -> None:
        """Offer the duties that may follow, by their officers."""
        super().__init__(*args, **kwargs)
        offer(self, "to", duties)
        field: Any = self.fields["to"]
        field.label_from_instance = _turn


def _turn(duty: Duty) -> str:
    """Name a duty by its officer and its beginning: one may have several."""
    starts = date_format(timezone.localtime(duty.starts_at), "j M H:i")
    return f"{duty.officer or '–'} · {starts}"


class WhyForm(PartForm):
    """Why a duty ends without a hand-over, or is not taken over."""

    name = "why"
    reason = ReasonField(required=True)


class ReachForm(PartForm):
    """Where one can be called beside the platform, and when better not."""

    name = "reach"
    email = forms.EmailField(
        label=_("e-mail"),
        required=False,
        help_text=_(
            "The e-mail says only that there is something to look at, not what."
        ),
    )
    quiet_from = forms.TimeField(
        label=_("quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_(
            "In these hours, by your agency's clock, e-mail waits, and comes as one at"
            " their end if it is still needed. What is extreme does not wait."
        ),
    )


class RuleForm(ChoosesIncidentsForm, VersionedForm):
    """A rule of escalation: for which incidents, and up to six steps."""

    field_order = (
        "name", "position", "is_active", "categories", "severity", "zone", "repeats",
    )  # fmt: skip

    name = forms.CharField(label=_("name"), max_length=80)
    position = forms.IntegerField(
        label=_("order"),
        min_value=0,
        max_value=10_000,
        initial=100,
        help_text=_("The first rule that fits an incident counts; low ones first."),
    )
    is_active = forms.BooleanField(label=_("active"), required=False, initial=True)
    repeats = forms.IntegerField(
        label=_("repeats"),
        min_value=0,
        max_value=MOST_REPEATS,
        initial=0,
        help_text=_("How often the steps begin anew after the last."),
    )

    def __init__(
        self, *args: Any, actor: Actor, is_new: bool, rule: Any = None, **kwargs: Any
    ) -> None:
        """Add the fields of the steps, with what the rule has."""
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        self.offer_zones(actor)
        self.rule: EscalationRule | None = rule
        people = colleagues(actor).order_by("name")
        whom = whom_choices([(one.username, str(one)) for one in people])
        for n in range(MOST_STEPS):
            self._add_step(n, whom, rule.steps if rule else [])

    def _add_step(self, n: int, whom: Any, steps: list[dict[str, Any]]) -> None:
        has = steps[n] if n < len(steps) else {}
        self.fields[f"after_{n}"] = forms.IntegerField(
            label=_("After minutes"),
            required=False,
            min_value=1,
            max_value=LONGEST,
            initial=has.get("after"),
        )
        self.fields[f"whom_{n}"] = forms.ChoiceField(
            label=_("Whom"), required=False, initial=has.get("whom", "")
        )
        choose(self, f"whom_{n}", whom)
        self.fields[f"mail_{n}"] = forms.BooleanField(
            label=_("also by e-mail"), required=False, initial=has.get("mail", False)
        )

    @property
    def step_rows(self) -> list[dict[str, Any]]:
        """The bound fields of each step."""
        names = ("after", "whom", "mail")
        return [
            {"number": n + 1} | {name: self[f"{name}_{n}"] for name in names}
            for n in range(MOST_STEPS)
        ]

    @property
    def plain_fields(self) -> list[Any]:
        """The visible bound fields that belong to no step."""
        steps = tuple(f"_{n}" for n in range(MOST_STEPS))
        return [one for one in self.visible_fields() if not one.name.endswith(steps)]

    def clean(self) -> dict[str, Any]:
        """Gather the steps; half a step is a mistake, not none."""
        found = super().clean() or self.cleaned_data
        steps = []
        for n in range(MOST_STEPS):
            after, whom = found.get(f"after_{n}"), found.get(f"whom_{n}")
            if bool(after) != bool(whom):
                empty = f"whom_{n}" if after else f"after_{n}"
                if not self.has_error(empty):
                    text = _("Step %(number)d needs both a time and somebody to call.")
                    wrong = ValidationError(text, "half_step", {"number": n + 1})
                    self.add_error(empty, wrong)
            if after and whom:
                mail = bool(found.get(f"mail_{n}"))
                steps.append({"after": after, "whom": whom, "mail": mail})
        if not steps and not self.errors:
            text = _("A rule has one step at least.")
            self.add_error("after_0", ValidationError(text, code="no_steps"))
        found["steps"] = steps
        return found

    @property
    def given(self) -> dict[str, Any]:
        """What the action is to set; the zone only if it was chosen anew."""
        names = [
            "name", "position", "is_active", "categories", "severity", "repeats",
            "steps",
        ]  # fmt: skip
        values = {name: self.cleaned_data[name] for name in names}
        if self.rule is None or "zone" in self.changed_data:
            values["zone"] = self.cleaned_data["zone"]
        return values

    def draft(self, agency_id: Any) -> EscalationRule:
        """Return the rule as it would be, not saved."""
        values = self.given
        zone = values.pop("zone", self.rule and self.rule.zone)
        return EscalationRule(
            pk=self.rule.pk if self.rule else None,
            agency_id=agency_id,
            zone_id=zone and zone.pk,
            **values,
        )


def whom_choices(people: list[tuple[str, str]]) -> list[tuple[Any, Any]]:
    """Return whom a step may call: on duty, the centre, an officer by name."""
    roles = [f"{ROLE}{role}" for role in CENTRE]
    watch = [(whom, in_words(whom)) for whom in (ON_DUTY, DEPUTY)]
    return [
        ("", _("none")),
        (_("watch"), watch),
        (_("centre"), [(whom, in_words(whom)) for whom in roles]),
        (_("officer"), [(f"{OFFICER}{name}", shown) for name, shown in people]),
    ]

"""Forms of accounts and memberships."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms import RefusableForm, choose, offer
from agencies.forms.choices import Boxes, Option, Radios
from agencies.models import Agency
from agencies.policy import PERMISSIONS, Actor, Level, Permission, Role

_LANGUAGE = re.compile(r"[a-z]{2,3} [a-c][12]", re.IGNORECASE)

LEVEL_WORDS = {
    Level.UNCLASSIFIED: _("Unclassified records only."),
    Level.RESTRICTED: _("Unclassified and restricted records."),
    Level.CONFIDENTIAL: _("All but secret records."),
    Level.SECRET: _("Records of every level."),
}


def role_words(role: Role) -> str:
    """Return what a role lets one do, as the policy has it."""
    able = [str(p.label) for p in Permission if p in PERMISSIONS[role]]
    words = _("May %(able)s.") % {"able": ", ".join(able)}
    if role == Role.PLATFORM_ADMIN:
        return f"{words} {_('No records come with it.')}"
    return str(words) if able else str(_("Reads; may change nothing."))


def role_choices(*, is_platform: bool) -> list[tuple[str, Option]]:
    """Return the roles that an administrator may give, with what each lets one do."""
    given = [role for role in Role if is_platform or role != Role.PLATFORM_ADMIN]
    return [(role.value, Option(role.label, role_words(role))) for role in given]


def clearance_choices(by: Actor) -> list[tuple[int, Option]]:
    """Return the clearances that an administrator may give, with what each opens."""
    highest = Level.SECRET if Role.PLATFORM_ADMIN in by.roles else by.clearance
    levels = [level for level in Level if level <= highest]
    return [(lv.value, Option(lv.label, LEVEL_WORDS[lv])) for lv in levels]


class PasswordForm(RefusableForm):
    """One's own new password."""

    old = forms.CharField(
        label=_("present password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("new password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("new password, once more"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different new passwords."""
        given = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return given


class LanguagesField(forms.CharField):
    """Languages with their CEFR levels, as people write them: "ky C2, ru B2"."""

    def __init__(self, **kwargs: Any) -> None:
        """Say how."""
        example = forms.TextInput(attrs={"placeholder": "ky C2, ru B2"})
        super().__init__(widget=example, max_length=200, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return what is stored as text."""
        if isinstance(value, dict):
            return ", ".join(f"{code} {level}" for code, level in value.items())
        return value

    def clean(self, value: Any) -> Any:
        """Return levels by language code."""
        parts = [part.split() for part in super().clean(value).split(",") if part]
        if any(len(p) != 2 or not _LANGUAGE.fullmatch(" ".join(p)) for p in parts):
            raise ValidationError(
                _("Write each language's code and level: ky C2, ru B2."),
                code="not_languages",
            )
        return {code.lower(): level.upper() for code, level in parts}


class OfficerForm(RefusableForm):
    """An account, for the administrators of agencies."""

    username = forms.CharField(label=_("user name"), max_length=60)
    name = forms.CharField(label=_("name"), max_length=120)
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("agency"), to_field_name="code"
    )
    rank = forms.CharField(label=_("rank"), max_length=40, required=False)
    call_sign = forms.CharField(label=_("call sign"), max_length=40, required=False)
    languages = LanguagesField(
        label=_("languages"),
        required=False,
        help_text=_("The code of each with its level, A1 to C2."),
    )
    roles = forms.MultipleChoiceField(
        label=_("roles"),
        widget=Boxes,
        required=False,
        help_text=_(
            "Roles say what the officer may do. Whatever the role, everybody in an"
            " agency reads its records and what is released to it, up to their"
            " clearance."
        ),
    )
    clearance = forms.TypedChoiceField(
        label=_("clearance"),
        coerce=int,
        widget=Radios,
        help_text=_(
            "The highest level of records that the officer may read. TLP:RED stays"
            " with its author and the officers it names, whatever the clearance."
        ),
    )
    is_active = forms.BooleanField(label=_("active"), required=False, initial=True)
    password = forms.CharField(
        label=_("password"),
        strip=False,
        max_length=4096,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, is_new: bool, by: Actor, **kwargs: Any) -> None:
        """Offer what this administrator may give."""
        super().__init__(*args, **kwargs)
        is_platform = Role.PLATFORM_ADMIN in by.roles
        choose(self, "roles", role_choices(is_platform=is_platform))
        choose(self, "clearance", clearance_choices(by))
        if is_new:
            self.fields["password"].required = True
        else:
            # A user name is never changed, nor does an account change its agency.
            del self.fields["username"], self.fields["agency"]
            self.fields["password"].help_text = _("Empty: stays as it is.")
        if is_new and is_platform:
            offer(self, "agency", Agency.objects.all())
            self.fields["agency"].required = False
        elif is_new:
            del self.fields["agency"]


class LeaveForm(RefusableForm):
    """An agency leaves an agreement."""

    agency = forms.ModelChoiceField(
        Agency.objects.all(), label=_("agency"), to_field_name="code"
    )


class JoinForm(LeaveForm):
    """An agency joins an agreement."""

    weight = forms.IntegerField(
        label=_("lead entitlement"), min_value=1, max_value=100, initial=1
    )

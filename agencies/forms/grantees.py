"""Choosing to whom a record is released: a wrong choice here is a leak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms.choices import Boxes, Option, Radios
from agencies.grantees import refusal
from agencies.models import Agency, Agreement, Officer, Party
from agencies.policy import TLP, Actor, GranteeKind, Level
from agencies.records import ReleaseScope

Group = tuple[str, list[tuple[str, Option]]]


@dataclass(frozen=True)
class Marking:
    """What decides to whom a record may be released."""

    tlp: str
    level: int = Level.UNCLASSIFIED

    def refuses(self, kind: str, max_tlp: str | None = None) -> str:
        """Return why this kind of grantee is refused, or nothing."""
        found = refusal(self.tlp, kind, max_tlp)
        return found[1] if found else ""

    def refuses_colleague(self, officer: Officer) -> str:
        """Return why naming an officer of the owner opens nothing, or nothing."""
        if officer.clearance < self.level:
            return _("Not cleared for %(level)s.") % {"level": Level(self.level).label}
        if self.tlp != TLP.RED:
            return _("See it already: your own agency.")
        return ""


# By the value of the field that decides: a new record's TLP, a release's scope.
Markings = Mapping[str, Marking]
BY_TLP: Markings = {tlp.value: Marking(tlp) for tlp in TLP}


class GranteeBoxes(Boxes):
    """To whom a new record is released at once."""

    decided_by = "tlp"
    deciders = tuple(BY_TLP)
    sees: Mapping[str, Any] = dict.fromkeys(
        BY_TLP, gettext_lazy("Will see the whole record at once: {who}.")
    )
    is_filtered = True


class GranteeRadios(Radios):
    """To whom a record, or its tear line, is released."""

    decided_by = "scope"
    deciders = (ReleaseScope.FULL.value, ReleaseScope.TEARLINE.value)
    sees: Mapping[str, Any] = {
        ReleaseScope.FULL.value: gettext_lazy("Will see the whole record: {who}."),
        ReleaseScope.TEARLINE.value: gettext_lazy(
            "Will see the tear line only: {who}."
        ),
    }
    is_filtered = True


def grantee_choices(actor: Actor, markings: Markings = BY_TLP) -> list[Group]:
    """Return all whom the actor may name as a grantee, in groups.

    Agreements, agencies, then officers by agency; one's own agency is none of them,
    and its officers, who may be named for TLP:RED, stand last.
    """
    groups: list[Group] = [
        (_("Agreements"), _agreements(actor, markings)),
        (_("Agencies"), _agencies(actor, markings)),
        *_officers(actor, markings),
    ]
    return [group for group in groups if group[1]]


def grantee_names(actor: Actor) -> dict[str, str]:
    """Return the agreements and agencies that may be named, in words, by code."""
    groups = (_agreements(actor, {}), _agencies(actor, {}))
    return {code: str(option) for group in groups for code, option in group}


def _agreements(actor: Actor, markings: Markings) -> list[tuple[str, Option]]:
    rows = Agreement.objects.visible_to(actor).filter(
        code__in=[membership.agreement for membership in actor.memberships]
    )
    parties: dict[Any, list[str]] = {}
    present = Party.objects.visible_to(actor).present().exclude(agency=actor.agency_id)
    for agreement, code in present.values_list("agreement_id", "agency__code"):
        parties.setdefault(agreement, []).append(code)
    return [
        (
            f"agreement:{row.code}",
            Option(
                f"{row.code} · {row.name}",
                help=_("Its other parties now: %(codes)s")
                % {"codes": ", ".join(parties.get(row.pk, [])) or "–"},
                who=_("everybody at %(codes)s")
                % {"codes": ", ".join(parties.get(row.pk, [])) or "–"},
                refused=_refused(markings, GranteeKind.AGREEMENT, row.max_tlp),
            ),
        )
        for row in rows
    ]


def _agencies(actor: Actor, markings: Markings) -> list[tuple[str, Option]]:
    refused = _refused(markings, GranteeKind.AGENCY)
    return [
        (
            f"agency:{row.code}",
            Option(
                f"{row.code} · {row.name}",
                who=_("everybody at %(codes)s") % {"codes": row.code},
                refused=refused,
            ),
        )
        for row in Agency.objects.exclude(code=actor.agency)
    ]


def _officers(actor: Actor, markings: Markings) -> list[Group]:
    rows = (
        Officer.objects.visible_to(actor)
        .filter(is_active=True, agency__isnull=False)
        .exclude(pk=actor.officer_id)
        .select_related("agency")
        .order_by("agency__code", "name", "username")
    )
    partners: dict[str, list[tuple[str, Option]]] = {}
    own: list[tuple[str, Option]] = []
    for row in rows:
        code = row.agency.code
        is_own = code == actor.agency
        option = Option(
            f"{code} · {row}",
            who=_("%(officer)s of %(agency)s") % {"officer": str(row), "agency": code},
            refused=_refused(
                markings, GranteeKind.OFFICER, colleague=row if is_own else None
            ),
        )
        found = own if is_own else partners.setdefault(code, [])
        found.append((f"officer:{row.username}", option))
    title = _("Officers of %(agency)s")
    groups = [(title % {"agency": code}, found) for code, found in partners.items()]
    return [*groups, (_("Officers of your own agency"), own)]


def _refused(
    markings: Markings,
    kind: str,
    max_tlp: str | None = None,
    colleague: Officer | None = None,
) -> dict[str, str]:
    """Return why a grantee is refused, by the value of the field that decides."""
    found = {
        value: marking.refuses(kind, max_tlp)
        or (marking.refuses_colleague(colleague) if colleague else "")
        for value, marking in markings.items()
    }
    return {value: why for value, why in found.items() if why}

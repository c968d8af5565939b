"""Officers' absences and papers: a board of the month, and the forms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from agencies import availability
from agencies.accounts import agency_of
from agencies.actions import personnel as actions
from agencies.errors import Forbidden
from agencies.forms.resources import (
    AbsenceForm,
    AuthorisationForm,
    CertificationForm,
)
from agencies.guards import actor_of, officer_required, verb_of
from agencies.models import (
    Absence,
    Agreement,
    Authorisation,
    Certification,
    Officer,
)
from agencies.policy import Actor, Permission, require
from agencies.views.month import Month, legend
from agencies.views.records import done, require_unchanged

# Papers that run out within so many days are marked.
SOON = timedelta(days=30)
_PAPER = ["valid_from", "expires_on", "authority"]


@dataclass(frozen=True)
class Kind:
    """What is kept of officers: its table, form, actions and words."""

    model: Any
    form: Any
    enter: Callable[..., Any]
    change: Callable[..., Any]
    end: Callable[..., Any]
    shown: list[str]
    new: str | Promise
    ended: str | Promise


KINDS = {
    "absence": Kind(
        Absence,
        AbsenceForm,
        actions.enter_absence,
        actions.change_absence,
        actions.cancel_absence,
        ["kind", "starts_at", "ends_at", "note"],
        gettext_lazy("New absence"),
        gettext_lazy("The absence was cancelled."),
    ),
    "certification": Kind(
        Certification,
        CertificationForm,
        actions.certify,
        actions.change_certification,
        actions.revoke_certification,
        ["name", *_PAPER],
        gettext_lazy("New certification"),
        gettext_lazy("The certification was revoked."),
    ),
    "authorisation": Kind(
        Authorisation,
        AuthorisationForm,
        actions.authorise,
        actions.change_authorisation,
        actions.revoke_authorisation,
        _PAPER,
        gettext_lazy("New authorisation"),
        gettext_lazy("The authorisation was revoked."),
    ),
}


@dataclass(frozen=True)
class ShownPaper:
    """A paper, and how it stands: ``over``, ``soon`` or neither."""

    row: Certification | Authorisation
    state: str
    # The agreement that it rests on, to those who know it.
    agreement: Agreement | None = None

    @property
    def is_certification(self) -> bool:
        """Whether it is a certification."""
        return isinstance(self.row, Certification)


@officer_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show who of one's own agency is away when, and whose papers run out."""
    actor = actor_of(request)
    agency = agency_of(actor)
    month = Month.of(request.GET.get("month", ""))
    own = Officer.objects.visible_to(actor).filter(agency=agency, is_active=True)
    officers = list(own.order_by("name"))
    ids = [officer.pk for officer in officers]
    away = availability.absences(ids, *month.span)
    commanders = availability.commanders(ids, timezone.localdate())
    context = {
        "agency": agency,
        "month": month,
        "legend": legend(),
        "rows": [
            {
                "officer": officer,
                "is_commander": officer.pk in commanders,
                "cells": month.strip(away.get(officer.pk, [])),
            }
            for officer in officers
        ],
        "papers": _running_out(actor, ids),
        "may_keep": actor.may(Permission.PERSONNEL_KEEP),
    }
    return render(request, "agencies/personnel.html", context)


def kept_of(officer: Officer, actor: Actor, text: str) -> dict[str, Any]:
    """Return what an officer's page shows to colleagues; ``text`` names a month."""
    month = Month.of(text)
    found = availability.absences([officer.pk], *month.span)
    days = month.span
    coming = Absence.objects.visible_to(actor).filter(officer=officer)
    return {
        "month": month,
        "legend": legend(),
        "rows": [{"officer": officer, "cells": month.strip(found.get(officer.pk, []))}],
        "absences": coming.during(min(timezone.now(), days[0]), days[1] + SOON * 6),
        "papers": _shown(actor, [officer.pk]),
        "is_commander": bool(
            availability.commanders([officer.pk], timezone.localdate())
        ),
        "may_keep": actor.may(Permission.PERSONNEL_KEEP)
        and officer.agency_id == actor.agency_id,
    }


def _running_out(actor: Actor, officers: list[UUID]) -> list[ShownPaper]:
    """Return the papers that ran out or soon will, the first to do so first."""
    found = [paper for paper in _shown(actor, officers) if paper.state]
    return sorted(found, key=lambda paper: paper.row.expires_on or date.max)


def _shown(actor: Actor, officers: list[UUID]) -> list[ShownPaper]:
    certifications = Certification.objects.visible_to(actor).in_force()
    authorisations = Authorisation.objects.visible_to(actor).in_force()
    known: dict[UUID | None, Agreement] = {
        row.pk: row for row in Agreement.objects.visible_to(actor)
    }
    return [
        *(
            ShownPaper(row, _state(row.expires_on))
            for row in certifications.filter(officer__in=officers).select_related(
                "officer"
            )
        ),
        *(
            ShownPaper(row, _state(row.expires_on), known.get(row.agreement_id))
            for row in authorisations.filter(officer__in=officers).select_related(
                "officer", "territory"
            )
        ),
    ]


def _state(last: date | None) -> str:
    today = timezone.localdate()
    if last is None or last > today + SOON:
        return ""
    return "over" if last < today else "soon"


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Enter an absence or a paper of a colleague."""
    actor = actor_of(request)
    rows = Officer.objects.visible_to(actor).select_related("agency")
    officer = get_object_or_404(rows, pk=pk)
    require(actor, Permission.PERSONNEL_KEEP)
    if officer.agency_id != actor.agency_id:
        raise Forbidden("not_owner", _("You keep your own agency's personnel."))
    known = KINDS[kind]
    form = known.form(request.POST or None, actor=actor, is_new=True)
    if request.method == "POST" and done(
        form, lambda: known.enter(officer=officer, by=actor, **form.given)
    ):
        messages.success(request, _("Entered."))
        return redirect("officer", pk=officer.pk)
    context = {"form": form, "subject": officer, "title": known.new, "kind": kind}
    return render(request, "agencies/kept_form.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Change an absence or a paper."""
    actor = actor_of(request)
    known = KINDS[kind]
    row = get_object_or_404(
        known.model.objects.visible_to(actor).select_related("officer"), pk=pk
    )
    require(actor, Permission.PERSONNEL_KEEP)
    shown = {name: getattr(row, name) for name in [*known.shown, "version"]}
    if kind == "authorisation":
        agreements = Agreement.objects.visible_to(actor)
        shown["agreement"] = agreements.filter(pk=row.agreement_id).first()
    form = known.form(request.POST or None, actor=actor, is_new=False, initial=shown)

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        known.change(**{kind: row}, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Changed."))
        return redirect("officer", pk=row.officer_id)
    context = {"form": form, "subject": row.officer, "row": row, "kind": kind}
    return render(request, "agencies/kept_form.html", context)


@officer_required
@verb_of("{kind}-edit")
def end(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Cancel an absence, revoke a paper."""
    actor = actor_of(request)
    known = KINDS[kind]
    row = get_object_or_404(known.model.objects.visible_to(actor), pk=pk)
    known.end(**{kind: row}, by=actor)
    messages.success(request, str(known.ended))
    return redirect("officer", pk=row.officer_id)

"""Officers' pages, and the accounts that an administrator keeps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from agencies.actions import accounts as actions
from agencies.errors import Invalid, NotFound
from agencies.forms.accounts import OfficerForm
from agencies.guards import actor_of, officer_required
from agencies.models import Agency, Officer
from agencies.policy import Actor, Permission, Role, require
from agencies.views.personnel import kept_of

_FIELDS = [
    "name", "rank", "call_sign", "languages", "roles", "clearance", "is_active",
]  # fmt: skip


@officer_required
@require_safe
def officer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a colleague, or a partner's liaison officer."""
    actor = actor_of(request)
    return _page(request, actor, _officer(actor, pk))


@officer_required
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Show oneself."""
    actor = actor_of(request)
    return _page(request, actor, _officer(actor, actor.officer_id or UUID(int=0)))


@officer_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Create an account, in one's own agency unless one keeps the platform."""
    actor = actor_of(request)
    require(actor, Permission.ACCOUNT_MANAGE)
    form = OfficerForm(request.POST or None, is_new=True, by=actor)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        if not _is_platform(actor):
            given["agency"] = Agency.objects.filter(code=actor.agency).first()
        try:
            made = actions.create_officer(by=actor, **given)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The account was created."))
            return redirect("officer", pk=made.pk)
    return render(request, "agencies/officer_form.html", {"form": form})


@officer_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an account; rights that shrink take effect at once."""
    actor = actor_of(request)
    row = _officer(actor, pk)
    require(actor, Permission.ACCOUNT_MANAGE)
    form = OfficerForm(
        request.POST or None,
        initial={name: getattr(row, name) for name in _FIELDS},
        is_new=False,
        by=actor,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_officer(officer=row, by=actor, **_changed(row, form))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The account was changed."))
            return redirect("officer", pk=row.pk)
    return render(request, "agencies/officer_form.html", {"form": form, "subject": row})


def _page(request: HttpRequest, actor: Actor, row: Officer) -> HttpResponse:
    is_colleague = row.agency_id == actor.agency_id
    roles = dict(Role.choices)
    kept = kept_of(row, actor, request.GET.get("month", "")) if is_colleague else {}
    return render(
        request,
        "agencies/officer.html",
        {
            "subject": row,
            "is_self": row.pk == actor.officer_id,
            "is_colleague": is_colleague,
            "roles": [roles.get(r, r) for r in row.roles] if is_colleague else [],
            **kept,
            "may_manage": actor.may(Permission.ACCOUNT_MANAGE)
            and (is_colleague or _is_platform(actor)),
        },
    )


def _officer(actor: Actor, pk: UUID) -> Officer:
    rows = Officer.objects.visible_to(actor).select_related("agency__state")
    row: Officer | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _is_platform(actor: Actor) -> bool:
    return Role.PLATFORM_ADMIN in actor.roles


def _changed(row: Officer, form: OfficerForm) -> dict[str, Any]:
    """Return what the form changes, the password only if one was given."""
    given = form.cleaned_data
    values = {n: given[n] for n in _FIELDS if given[n] != getattr(row, n)}
    return values | ({"password": given["password"]} if given["password"] else {})

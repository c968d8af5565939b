"""The administration of accounts, agencies, agreements and clients.

The forms call the actions; ``administration.py`` holds the rules.
"""

from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from agencies.actions import clients
from agencies.admin_forms import (
    AgencyForm,
    AgreementForm,
    ClientForm,
    StateForm,
)
from agencies.administration import (
    ActionAdmin,
    HouseAdmin,
    HouseInline,
    PlatformAdmin,
    ReadOnlyRecordAdmin,
    is_platform,
    may_enter,
)
from agencies.guards import actor_of
from agencies.models import (
    Absence,
    Agency,
    Agreement,
    Asset,
    Authorisation,
    Certification,
    Client,
    Officer,
    Party,
    Post,
    Release,
    State,
)
from agencies.policy import Role

_PAPER = ["valid_from", "expires_on", "authority", "revoked_at"]


@admin.register(State)
class StateAdmin(PlatformAdmin):
    """States."""

    form = StateForm
    fixed_fields = ["code"]
    list_display = ["code", "name"]


@admin.register(Agency)
class AgencyAdmin(PlatformAdmin):
    """Agencies."""

    form = AgencyForm
    fixed_fields = ["code"]
    list_display = ["code", "name", "kind", "state", "time_zone"]
    list_filter = ["kind", "state"]
    search_fields = ["code", "name"]


class AgencysOwnAdmin(HouseAdmin):
    """What administrators keep for their own agency, and the platform for all."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep the agency's own; pages show what there may be of partners'."""
        rows = super().get_queryset(request)
        if is_platform(request):
            return rows
        return rows.filter(agency=actor_of(request).agency_id)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators add; the action asks for whom."""
        return may_enter(request)


@admin.register(Officer)
class OfficerAdmin(AgencysOwnAdmin):
    """Accounts: an agency's administrator keeps those of the agency.

    They are listed here; one is opened and changed on the site's own pages, whose
    form says what each role lets one do and offers what one may give.
    """

    list_display = ["username", "name", "agency", "rank", "clearance", "is_active"]
    list_filter = ["is_active", "agency"]
    list_select_related = ["agency"]
    search_fields = ["username", "name", "call_sign"]

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let administrators change what the action would let them."""
        if not may_enter(request) or is_platform(request) or obj is None:
            return may_enter(request)
        is_own = obj.agency_id == actor_of(request).agency_id  # type: ignore[attr-defined]
        is_keeper = Role.PLATFORM_ADMIN in obj.roles  # type: ignore[attr-defined]
        return is_own and not is_keeper

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead to the site's page: the account's form, or what may be looked at."""
        if not may_enter(request):
            raise PermissionDenied
        if object_id is None:
            return redirect("officer-new")
        row = self.get_object(request, object_id)
        if row is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
            return missing
        may_change = self.has_change_permission(request, row)
        return redirect("officer-edit" if may_change else "officer", pk=row.pk)


class PartyInline(HouseInline):
    """The parties of an agreement."""

    model = Party
    fields = ["agency", "weight", "joined_at", "left_at"]
    readonly_fields = ["agency", "weight", "joined_at", "left_at"]


@admin.register(Agreement)
class AgreementAdmin(PlatformAdmin):
    """Agreements: registered here; agencies join and leave on the page."""

    form = AgreementForm
    list_display = ["code", "name", "in_force_from", "in_force_until", "page"]
    inlines = [PartyInline]
    search_fields = ["code", "name"]

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Leave joining and leaving to the agreement's own page."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the first parties once."""
        names = list(AgreementForm.Meta.fields)
        return [*names, "parties"] if obj is None else names

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show the parties of what exists."""
        return self.inlines if obj else []

    @admin.display(description=_("parties"))
    def page(self, agreement: Agreement) -> str:
        """Lead to the page where agencies join and leave."""
        return format_html(
            '<a href="/agencies/agreements/{}/">{}</a>', agreement.code, _("page")
        )


@admin.register(Client)
class ClientAdmin(AgencysOwnAdmin, ActionAdmin):
    """API clients; a secret is shown once, on the page that follows."""

    form = ClientForm
    fixed_fields = ["agency"]
    platform_fields = ["agency"]
    list_display = ["client_id", "name", "agency", "clearance", "allowed_scopes"]
    list_filter = ["agency"]
    list_select_related = ["agency"]
    actions = ["renew"]

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let administrators change those that they see."""
        return may_enter(request)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the new secret."""
        return self._secrets(request, [(obj, getattr(request, "new_secret", ""))])

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        """Pass the secret on to the page that follows."""
        request.new_secret = form.secret  # type: ignore[attr-defined]
        return super().save_form(request, form, change)

    @admin.action(
        description=_("Give new secrets (the old ones and all tokens end at once)"),
        permissions=["change"],
    )
    def renew(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        """Give the chosen clients new secrets."""
        by = actor_of(request)
        renewed = [(row, clients.renew_secret(client=row, by=by)) for row in rows]
        return self._secrets(request, renewed)

    def _secrets(
        self, request: HttpRequest, found: list[tuple[Client, str]]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Client secrets"),
            "opts": self.opts,
            "clients": found,
        }
        return TemplateResponse(request, "agencies/client_secrets.html", context)


@admin.register(Post)
class PostAdmin(ReadOnlyRecordAdmin):
    """Posts, to look at."""

    list_display = ["code", "name", "owner", "tlp", "level"]
    fields = ["code", "name", "owner", "tlp", "level", "place", "version", "created_at"]


@admin.register(Absence)
class AbsenceAdmin(ReadOnlyRecordAdmin):
    """Colleagues' absences, to look at; they are kept on the site's own pages."""

    list_display = ["officer", "kind", "starts_at", "ends_at", "cancelled_at"]
    list_filter = ["kind"]
    list_select_related = ["officer"]
    fields = ["officer", "kind", "starts_at", "ends_at", "note", "cancelled_at"]


@admin.register(Certification)
class CertificationAdmin(ReadOnlyRecordAdmin):
    """Colleagues' certifications, to look at."""

    list_display = ["officer", "name", "code", "expires_on", "revoked_at"]
    list_select_related = ["officer"]
    fields = ["officer", "name", "code", *_PAPER]


@admin.register(Authorisation)
class AuthorisationAdmin(ReadOnlyRecordAdmin):
    """Colleagues' authorisations, to look at."""

    list_display = ["officer", "territory", "valid_from", "expires_on", "revoked_at"]
    list_select_related = ["officer", "territory"]
    fields = ["officer", "territory", *_PAPER]


@admin.register(Asset)
class AssetAdmin(ReadOnlyRecordAdmin):
    """Assets, to look at."""

    list_display = ["code", "name", "kind", "status", "owner", "tlp", "level"]
    list_filter = ["kind", "status"]
    list_select_related = ["owner"]
    fields = [
        "code", "name", "kind", "status", "owner", "tlp", "level", "plate", "serial",
        "seats", "bands", "note", "version", "created_at",
    ]  # fmt: skip


@admin.register(Release)
class ReleaseAdmin(ReadOnlyRecordAdmin):
    """Releases that the officer's own agency made, to look at."""

    list_display = ["record_type", "grantee", "scope", "created_at", "expires_at"]
    fields = [
        "record_type", "record_id", "grantee", "scope", "reason", "granted_by",
        "created_at", "expires_at", "ended_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep the agency's own: a grantee is not told what it is a part of."""
        rows = super().get_queryset(request)
        return rows.filter(owner=actor_of(request).agency_id)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(HouseAdmin):
    """Failed log-ins of all agencies, hence for the platform alone."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    fields = [
        "attempt_time",
        "username",
        "ip_address",
        "failures_since_start",
        "user_agent",
        "path_info",
    ]
    search_fields = ["username", "ip_address"]

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let the platform look."""
        return is_platform(request)

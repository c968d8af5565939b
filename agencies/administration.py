"""The administration's door and rules; ``admin.py`` of each app fills it.

Nothing enters it unreviewed: the site takes only admin classes made from those
here, whatever other packages try to register. Nothing is ever deleted, and a
guarded row is shown to those only who see it everywhere else.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from agencies.guards import actor_of
from agencies.policy import Actor, Permission, Role
from agencies.records import Guarded
from agencies.views import session

if TYPE_CHECKING:
    Base = BaseModelAdmin[Any]
    Admin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
else:
    Base, Admin, Inline = object, admin.ModelAdmin, admin.TabularInline


def may_enter(request: HttpRequest) -> bool:
    """Whether an officer who manages accounts asks."""
    actor = getattr(request, "actor", None)
    return (
        isinstance(actor, Actor)
        and actor.officer_id is not None
        and actor.may(Permission.ACCOUNT_MANAGE)
    )


def is_platform(request: HttpRequest) -> bool:
    """Whether a platform administrator asks."""
    return may_enter(request) and Role.PLATFORM_ADMIN in actor_of(request).roles


def reads_records(request: HttpRequest) -> bool:
    """Whether whoever asks belongs to an agency; to nobody else is any released."""
    return may_enter(request) and actor_of(request).agency is not None


class House(Base):
    """What every admin class obeys: look, at most; only what is visible."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Start from what the officer sees."""
        if issubclass(self.model, Guarded):
            return self.model.objects.visible_to(actor_of(request))
        return super().get_queryset(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the model to those who may look at it."""
        return self.has_view_permission(request)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let everybody look who may enter."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody add, unless a class says so."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let nobody change, unless a class says so."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Nothing is deleted, ever; the database refuses it too."""
        return False


class HouseAdmin(House, Admin):
    """The base of every admin class; its actions keep the journal.

    Django's own log of the administration is not written: it would keep names of
    guarded records in an unguarded table.
    """

    # The way there would lead to a row of any table, and tell what exists.
    view_on_site = False
    # A number over all rows would need a second query, and tells nothing here.
    show_full_result_count = False
    list_per_page = 50

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        """Filter by what ``list_filter`` names, and by nothing else.

        Django lets any column of the table be asked, a password's hash included.
        """
        ways = ("", "__exact", "__in", "__isnull", "__id__exact", "__code__exact")
        named = [name for name in self.list_filter if isinstance(name, str)]
        return lookup in {f"{name}{way}" for name in named for way in ways}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Ask for the right first: Django's looks first whether the row exists."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """Leave it to the journal."""
        return None

    def log_change(self, *args: Any, **kwargs: Any) -> Any:
        """Leave it to the journal."""
        return None


class ActionAdmin(HouseAdmin):
    """Rows that are added and changed by actions, through an ``ActionForm``.

    ``fixed_fields`` are asked for once; ``platform_fields`` of the platform only.
    """

    fixed_fields: list[str] = []
    platform_fields: list[str] = []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep fixed what never changes."""
        return self.fixed_fields if obj else []

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what the action decides for an agency's administrator."""
        return [] if obj or is_platform(request) else self.platform_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the form's fields."""
        left_out = self.get_exclude(request, obj)
        names: Any = self.form._meta.fields
        return [name for name in names if name not in left_out]

    def get_form(
        self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Tell the form who acts."""
        made: Any = super().get_form(request, obj, *args, **kwargs)
        made.by = actor_of(request)
        return made

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        """Return what the form's action has written already."""
        return form.done

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Write nothing: the action has."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: Any
    ) -> None:
        """Write nothing: the action has."""


class HouseInline(House, Inline):
    """Rows below another, read-only."""

    extra = 0
    can_delete = False


class ReadOnlyRecordAdmin(HouseAdmin):
    """Records of the other apps: what the officer sees anyway, to look at.

    Geometries are shown as text: Django's map widgets load from another origin.
    """

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Leave records off the index of those who belong to no agency."""
        return super().has_module_permission(request) and reads_records(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Tell the list that it is of records."""
        context = (extra_context or {}) | {"is_of_records": True}
        return super().changelist_view(request, context)


class Site(admin.AdminSite):
    """Behind our own log-in page, for those who manage accounts."""

    site_header = site_title = _("Karaul administration")
    index_title = _("Accounts, agencies, agreements")
    site_url = "/"

    def register(
        self,
        model_or_iterable: Any,
        admin_class: Any = None,
        **options: Any,
    ) -> None:
        """Take reviewed classes only; tokens, sessions and the like stay out."""
        if admin_class is not None and issubclass(admin_class, HouseAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def each_context(self, request: Any) -> dict[str, Any]:
        """Let the pages say why no records are listed."""
        return super().each_context(request) | {
            "no_records": not reads_records(request)
        }

    def get_urls(self) -> Any:
        """Leave out the way to a row's page on the site."""
        found = super().get_urls()
        return [u for u in found if getattr(u, "name", None) != "view_on_site"]

    def has_permission(self, request: HttpRequest) -> bool:
        """Ask the policy, not Django's permissions."""
        return may_enter(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to our own log-in page: one door, one lock-out."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': wanted})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Log out as everywhere else, so that sockets close."""
        return session.logout(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the page where every officer changes their password."""
        return redirect("password")


class PlatformAdmin(ActionAdmin):
    """What platform administrators keep and agencies' administrators look at."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the platform add."""
        return is_platform(request)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let the platform change."""
        return is_platform(request)

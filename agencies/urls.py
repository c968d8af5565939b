"""URLs of ``agencies``: pages, the way in and out, tokens, the API's description."""

from typing import Any

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from agencies import openapi
from agencies.views import (
    accounts,
    assets,
    directory,
    docs,
    imports,
    personnel,
    session,
    sharing,
    webhooks,
)


class CodeConverter(StringConverter):
    """A code as the database can hold it: without the NUL character."""

    regex = r"[^/\x00]+"


register_converter(CodeConverter, "code")


def files_of(prefix: str, kind: str) -> list[Any]:
    """Return the URLs by which a kind of rows is read from files, and written."""
    given = {"kind": kind}
    return [
        path(f"{prefix}import/", imports.read_file, given, name=f"{kind}-import"),
        path(f"{prefix}export.csv", imports.write_file, given, name=f"{kind}-export"),
    ]


def kept_of_officers(kind: str) -> list[Any]:
    """Return the URLs of what is kept of officers."""
    given = {"kind": kind}
    prefix = f"agencies/personnel/{kind}s/"
    return [
        path(
            f"agencies/officers/<uuid:pk>/{kind}s/new/",
            personnel.new,
            given,
            name=f"officer-{kind}-new",
        ),
        path(f"{prefix}<uuid:pk>/edit/", personnel.edit, given, name=f"{kind}-edit"),
        path(f"{prefix}<uuid:pk>/end/", personnel.end, given, name=f"{kind}-end"),
        *files_of(prefix, kind),
    ]


urlpatterns = [
    path("webhooks/", webhooks.webhooks, name="webhook-list"),
    path("webhooks/new/", webhooks.new, name="webhook-new"),
    path("webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path("webhooks/<uuid:pk>/edit/", webhooks.edit, name="webhook-edit"),
    path("webhooks/<uuid:pk>/renew/", webhooks.renew, name="webhook-renew"),
    path("webhooks/<uuid:pk>/act/", webhooks.act, name="webhook-act"),
    path("accounts/login/", session.login, name="login"),
    path("accounts/logout/", session.logout, name="logout"),
    path("accounts/password/", session.password, name="password"),
    path("oauth/token/", session.token, name="token"),
    path("api/v1/schema/", openapi.schema, name="schema"),
    path("api/v1/docs/", docs.page, name="docs"),
    path("agencies/", directory.agencies, name="agency-list"),
    path("agencies/profile/", accounts.profile, name="profile"),
    path("agencies/agreements/", directory.agreements, name="agreement-list"),
    path("agencies/agreements/<code:code>/", directory.agreement, name="agreement"),
    path(
        "agencies/agreements/<code:code>/join/",
        directory.join,
        name="agreement-join",
    ),
    path(
        "agencies/agreements/<code:code>/leave/",
        directory.leave,
        name="agreement-leave",
    ),
    path("agencies/officers/new/", accounts.create, name="officer-new"),
    path("agencies/officers/<uuid:pk>/", accounts.officer, name="officer"),
    path("agencies/officers/<uuid:pk>/edit/", accounts.edit, name="officer-edit"),
    path("agencies/personnel/", personnel.board, name="personnel"),
    *kept_of_officers("absence"),
    *kept_of_officers("certification"),
    *kept_of_officers("authorisation"),
    path("agencies/radio/", assets.radio, name="radio"),
    path("agencies/assets/", assets.assets, name="asset-list"),
    path("agencies/assets/new/", assets.new, name="asset-new"),
    *files_of("agencies/assets/", "asset"),
    path("agencies/assets/<uuid:pk>/", assets.asset, name="asset"),
    path("agencies/assets/<uuid:pk>/edit/", assets.edit, name="asset-edit"),
    path(
        "agencies/assets/<uuid:pk>/maintenance/",
        assets.maintain,
        name="asset-maintenance",
    ),
    path(
        "agencies/assets/<uuid:pk>/maintenance/<uuid:maintenance_id>/end/",
        assets.end_maintenance,
        name="asset-maintenance-end",
    ),
    *sharing.urls("agencies/assets/", "asset"),
    path("agencies/<code:code>/", directory.agency, name="agency"),
]

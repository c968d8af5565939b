"""URLs of ``agencies``: pages, the way in and out, tokens, the API's description."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from agencies import openapi
from agencies.views import accounts, directory, docs, session


class CodeConverter(StringConverter):
    """A code as the database can hold it: without the NUL character."""

    regex = r"[^/\x00]+"


register_converter(CodeConverter, "code")

urlpatterns = [
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
    path("agencies/<code:code>/", directory.agency, name="agency"),
]

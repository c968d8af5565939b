"""Logging in and out, one's own password, and tokens for agencies' systems."""

import base64
import binascii
import time
from typing import cast

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from oauth2_provider.views.base import TokenView

from agencies.accounts import BEGAN_AT
from agencies.actions import accounts
from agencies.context import system
from agencies.errors import Invalid
from agencies.forms.accounts import PasswordForm
from agencies.guards import actor_of, officer_required, public
from agencies.models import Officer

_token = TokenView.as_view()


@public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Let an officer in; a wrong name and a wrong password are answered alike."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(_next(request))
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        # The officer's row is guarded, and nobody is known yet.
        with system("authentication"):
            begin_session(request, form.get_user())
        request.session[BEGAN_AT] = int(time.time())
        return redirect(_next(request))
    return render(
        request, "accounts/login.html", {"form": form, "next": _next(request)}
    )


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session, and with it the officer's open sockets."""
    if request.user.is_authenticated:
        accounts.end_sockets(by=actor_of(request))
        end_session(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@officer_required
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session of the officer ends."""
    officer = request.user
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and isinstance(officer, Officer):
        given = form.cleaned_data
        # Asked like a log-in, so that guessing is locked out like one.
        if authenticate(request, username=officer.username, password=given["old"]):
            try:
                changed = accounts.change_password(
                    password=given["new"], by=actor_of(request)
                )
            except Invalid as refusal:
                form.add_error("new", str(refusal))
            else:
                update_session_auth_hash(request, changed)
                messages.success(request, _("Your password was changed."))
                return redirect("profile")
        else:
            form.add_error("old", _("This is not your password."))
    return render(request, "agencies/password.html", {"form": form})


@public
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give a client a token; guessing secrets is locked out like passwords."""
    client = {"username": f"client:{_client_id(request)}"}
    if not AxesProxyHandler.is_allowed(request, client):
        request.axes_locked_out = True  # type: ignore[attr-defined]
        return HttpResponse(status=429)
    response = _token(request)
    if response.status_code == 401:
        AxesProxyHandler.user_login_failed(token, client, request)
    return cast(HttpResponse, response)


def _next(request: HttpRequest) -> str:
    """Return where to go after log-in: a path of ours, or the dashboard."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def _client_id(request: HttpRequest) -> str:
    """Return the name that a client gives, by header or in the body."""
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    name = request.POST.get("client_id", "")
    if scheme.lower() == "basic":
        try:
            name = base64.b64decode(given).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            name = ""
    return name.replace("\0", "")[:200]

"""Reading files in two steps, see what it would do and do it; and writing them."""

import base64
import binascii
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from agencies.accounts import agency_of
from agencies.errors import Invalid
from agencies.forms import RefusableForm
from agencies.guards import actor_of, officer_required
from agencies.imports import TABLES, Plan, Table, decoded, read
from agencies.imports.sheets import MAX_BYTES, MAX_ROWS
from agencies.policy import require
from agencies.views.tables import table_file

# Rows and faults that a page shows at most; the rest is counted.
SHOWN = 100
TITLES: dict[str, str | Promise] = {
    "absence": gettext_lazy("Absences"),
    "certification": gettext_lazy("Certifications"),
    "authorisation": gettext_lazy("Authorisations"),
    "asset": gettext_lazy("Assets"),
}


class FileForm(RefusableForm):
    """A file of rows."""

    file = forms.FileField(
        label=gettext_lazy("file"), widget=forms.FileInput(attrs={"accept": ".csv"})
    )


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def read_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Show what a file would do; once confirmed, do all of it or nothing."""
    actor = actor_of(request)
    table = TABLES[kind](actor)
    require(actor, table.permission)
    agency_of(actor)
    if request.method != "POST":
        return _page(request, kind, table, FileForm())
    form = FileForm(request.POST, request.FILES)
    is_confirmed = "text" in request.POST
    if not is_confirmed and not form.is_valid():
        return _page(request, kind, table, form, status=400)
    try:
        text = _confirmed(request) if is_confirmed else _uploaded(request)
        sheet = read(text, known=table.columns, needed=table.needed)
    except Invalid as refusal:
        # What is wrong with the file is told where it was chosen.
        form = FileForm(request.POST, request.FILES)
        form.is_valid()
        form.add_error("file", str(refusal))
        more = {"code": refusal.code}
        return _page(request, kind, table, form, status=refusal.status, **more)
    plan = table.run(sheet, is_trial=True)
    if is_confirmed and not plan.faults and plan.digest == request.POST.get("seen"):
        table.run(sheet, is_trial=False)
        words = _("%(new)s entered, %(changed)s changed, %(same)s were so already.")
        numbers = {
            "new": plan.count("new"),
            "changed": plan.count("changed"),
            "same": plan.count("unchanged"),
        }
        messages.success(request, words % numbers)
        return redirect(_list_of(kind))
    shown: dict[str, Any] = {
        "plan": plan,
        "text": base64.b64encode(text.encode()).decode(),
        "is_other": is_confirmed and not plan.faults,
    }
    status = 400 if plan.faults else 200
    return _page(request, kind, table, FileForm(), status=status, **shown)


def _uploaded(request: HttpRequest) -> str:
    found: Any = request.FILES["file"]
    return decoded(found.read(MAX_BYTES + 1))


def _confirmed(request: HttpRequest) -> str:
    """Return the text that was shown before, as the page gave it back."""
    try:
        return decoded(base64.b64decode(request.POST["text"], validate=True))
    except (binascii.Error, ValueError):
        raise Invalid("bad_encoding", _("Choose the file again.")) from None


def _page(
    request: HttpRequest,
    kind: str,
    table: Table,
    form: FileForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    plan: Plan | None = more.get("plan")
    context = {
        "form": form,
        "title": TITLES[kind],
        "columns": table.columns,
        "needed": table.needed,
        "identity": table.identity,
        "limits": {"rows": MAX_ROWS, "kibibytes": MAX_BYTES // 1024},
        "back_url": reverse(_list_of(kind)),
        "export_url": reverse(f"{kind}-export"),
        **more,
    }
    if plan is not None:
        steps = [step for step in plan.steps if step.verb != "unchanged"]
        context |= {
            "steps": steps[:SHOWN],
            "faults": plan.faults[:SHOWN],
            "more_steps": max(len(steps) - SHOWN, 0),
            "more_faults": max(len(plan.faults) - SHOWN, 0),
            "counts": {v: plan.count(v) for v in ("new", "changed", "unchanged")},
        }
    return render(request, "agencies/import.html", context, status=status)


def _list_of(kind: str) -> str:
    return "asset-list" if kind == "asset" else "personnel"


@officer_required
@require_safe
def write_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Write the agency's own rows as a file that can be read again."""
    actor = actor_of(request)
    table = TABLES[kind](actor)
    require(actor, table.permission)
    agency = agency_of(actor)
    name = f"{agency.code}-{kind}s-{timezone.localdate():%Y-%m-%d}"
    return table_file(name, table.written())

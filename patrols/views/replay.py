"""The last hours of all visible patrols, for the console's slider."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from orjson import OPT_UTC_Z, dumps

from agencies.errors import Invalid
from agencies.guards import actor_of, officer_required
from patrols.replays import ways

# How far back one may ask, in hours.
MOST_HOURS = 12
HOURS = {str(hours): hours for hours in range(1, MOST_HOURS + 1)}


@officer_required
@require_safe
def replay(request: HttpRequest) -> HttpResponse:
    """Answer where patrols were in the last ``hours`` (1 to 12; 4 unless told)."""
    hours = HOURS.get(request.GET.get("hours", "4"))
    if hours is None:
        raise Invalid("bad_hours", _("hours: a whole number from 1 to 12."))
    until = timezone.now()
    since = until - timedelta(hours=hours)
    patrols, is_cut = ways(actor_of(request), since)
    body = {"since": since, "until": until, "is_cut": is_cut, "patrols": patrols}
    return HttpResponse(dumps(body, option=OPT_UTC_Z), content_type="application/json")

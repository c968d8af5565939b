"""Places as files: one comes in and is drawn, one that stands goes out."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from agencies import problems
from agencies.errors import Invalid, Refused
from agencies.geo import geojson
from agencies.guards import actor_of, officer_required
from agencies.policy import Permission, require
from patrols.forms.places import read_file, said_of
from patrols.place_exports import attachment
from patrols.views.places import KINDS


@officer_required
@require_POST
def read(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer the shape in a file, for the map to draw; nothing is stored.

    Refuses as ``place_files.read`` does, in a problem document.
    """
    require(actor_of(request), Permission.PLACE_EDIT)
    form = KINDS[kind].form
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid("no_file", "No file.")
        found = read_file(file, form.base_fields[form.shape])
    except Refused as refusal:
        return problems.respond(refusal.status, refusal.code, str(refusal))
    return JsonResponse({"geometry": geojson(found.shape), "note": said_of(found)})


@officer_required
@require_safe
def download(request: HttpRequest, kind: str, pk: UUID, name: str) -> HttpResponse:
    """Answer a zone, route or checkpoint as a GeoJSON or GPX file."""
    rows = KINDS[kind].model.objects.visible_to(actor_of(request))
    row = get_object_or_404(rows.select_related("owner"), pk=pk)
    return attachment(row, name)

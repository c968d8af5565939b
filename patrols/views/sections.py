"""One border section, and the markers along it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.errors import NotFound
from agencies.geo import collection, feature, geojson, place_text
from agencies.guards import officer_required
from patrols.models import BorderMarker, BorderSection

# On one page; a section has some hundred at most.
MANY = 1000


@officer_required
@require_safe
def section(request: HttpRequest, code: str) -> HttpResponse:
    """Show a border section with its markers: the same for everybody."""
    row = BorderSection.objects.filter(code=code).first()
    if row is None:
        raise NotFound
    markers = list(BorderMarker.objects.filter(section=row)[:MANY])
    shapes = [feature(geojson(row.line), status=row.status)]
    shapes += [
        feature(geojson(marker.place), kind="checkpoint", title=marker.number)
        for marker in markers
    ]
    context = {
        "section": row,
        "markers": [(marker, place_text(marker.place)) for marker in markers],
        "shape": collection(shapes),
    }
    return render(request, "patrols/section.html", context)

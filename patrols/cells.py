"""Map windows as sets of H3 cells, so that they use an index under row security.

PostGIS operators are not leakproof and lose their index there; a comparison of
integers keeps it. See https://h3geo.org and ``docs/adr/0002``.
"""

from django.contrib.gis.geos import Point
from h3.api import basic_int as h3

# About 250 km2 each; a map window of the whole region is read without them.
RESOLUTION = 5
MAX_CELLS = 400
# Degrees, about the width of a cell.
_WIDTH = 0.2

Box = tuple[float, float, float, float]


def cell_at(longitude: float, latitude: float) -> int:
    """Return the cell in which a position (WGS 84, degrees) lies."""
    return int(h3.latlng_to_cell(latitude, longitude, RESOLUTION))


def cell_of(place: Point) -> int:
    """Return the cell in which a point (longitude, latitude) lies."""
    return cell_at(place.x, place.y)


def cells_of(box: Box) -> list[int] | None:
    """Return the cells that cover a box (west, south, east, north).

    None when there would be more than ``MAX_CELLS``: then the window is so wide
    that the order of time is the better index.
    """
    west, south, east, north = box
    # Degrees become cells by a rough upper bound; a cell's width is added to each
    # side, since a box that is long and thin touches many.
    if (east - west + _WIDTH) * (north - south + _WIDTH) * 111 * 111 / 200 > MAX_CELLS:
        return None
    # H3 knows neither poles nor the date line when it fills a plane shape.
    if max(abs(south), abs(north)) > 85 or max(abs(west), abs(east)) > 179:
        return None
    corners = [(south, west), (south, east), (north, east), (north, west)]
    window = h3.LatLngPoly(corners)  # type: ignore[attr-defined, no-untyped-call]
    # Every cell that the box touches, and few more: without this mode only those
    # whose centre lies inside would count.
    touched = h3.polygon_to_cells_experimental(
        window, RESOLUTION, contain="bbox_overlap"
    )
    return sorted(touched)

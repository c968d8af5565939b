"""How far shapes in the database are from a point."""

from django.contrib.gis.geos import Point
from django.db.models import FloatField, Func, Value


class Metres(Func):
    """The distance of a column's shape from a point, in metres on the spheroid.

    GeoDjango's own asks PostGIS for the system of coordinates first.
    """

    function = "ST_Distance"
    template = "%(function)s(%(expressions)s::geography)"
    arg_joiner = "::geography, "
    output_field = FloatField()

    def __init__(self, column: str, place: Point) -> None:
        """Name the column, and the point (WGS 84)."""
        super().__init__(column, Value(place.hexewkb.decode()))

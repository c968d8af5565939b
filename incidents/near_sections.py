"""To which border section incidents count: by their map cells, each to one section.

A cell (``patrols.cells``, about 17 km across) counts for the section that runs nearest
to its centre, and for none if that is farther than ``REACH``. So every incident counts
once, a list of them is narrowed by an index, and a place that was blunted for a tear
line counts like an exact one nearby. Sections and cells are the same for everybody.
"""

from collections.abc import Collection
from math import pi

import numpy as np
import shapely
from h3.api import basic_int as h3
from numpy.typing import NDArray

from patrols.models import BorderSection

# Degrees of latitude, about 25 km.
REACH = 0.225
# Lines are drawn to some ten metres; a cell needs less.
_COARSE = 0.01


def sections_of(cells: Collection[int]) -> dict[int, str]:
    """Return the code of each cell's border section; those far from any are left out.

    Measured on Mercator's map, which keeps shapes: near to nearer is the same there.
    """
    rows = BorderSection.objects.order_by("code").values_list("code", "line")
    sections = [(code, shapely.from_wkb(bytes(line.wkb))) for code, line in rows]
    if not sections or not cells:
        return {}
    lines = shapely.simplify([line for _code, line in sections], _COARSE)
    tree = shapely.STRtree(shapely.transform(lines, _mercator))
    known = sorted(cells)
    centres = np.array([h3.cell_to_latlng(cell)[::-1] for cell in known])
    points = shapely.points(_mercator(centres))
    (of, nearest), away = tree.query_nearest(
        points, return_distance=True, all_matches=False
    )
    stretch = 1 / np.cos(np.radians(centres[of][:, 1]))
    return {
        known[n]: sections[at][0]
        for n, at, is_near in zip(of, nearest, away <= REACH * stretch, strict=True)
        if is_near
    }


def _mercator(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitude and latitude as places on Mercator's map, in degrees."""
    north = np.log(np.tan(pi / 4 + np.radians(places[:, 1]) / 2))
    return np.column_stack([places[:, 0], np.degrees(north)])

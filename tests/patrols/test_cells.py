"""A window's cells: every position in the window lies in one of them."""

from django.contrib.gis.geos import Point
from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.cells import MAX_CELLS, cell_of, cells_of

SIDES = st.one_of(st.floats(0, 0.05), st.floats(0, 2), st.floats(0, 20))


@settings(max_examples=300, deadline=None)
@given(
    west=st.floats(-180, 180),
    south=st.floats(-90, 90),
    width=SIDES,
    height=SIDES,
    parts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1),
)
def test_a_position_in_a_box_lies_in_one_of_its_cells(
    west: float,
    south: float,
    width: float,
    height: float,
    parts: list[tuple[float, float]],
) -> None:
    east, north = min(west + width, 180.0), min(south + height, 90.0)
    cells = cells_of((west, south, east, north))
    if cells is None:
        return
    for across, up in parts:
        x = min(west + across * (east - west), east)
        y = min(south + up * (north - south), north)
        assert cell_of(Point(x, y)) in cells


def test_long_thin_boxes_lose_nothing_and_stay_small() -> None:
    thin = cells_of((70.0, 40.0, 75.0, 40.001))
    assert thin is not None
    assert len(thin) <= MAX_CELLS
    for n in range(501):
        assert cell_of(Point(70 + n / 100, 40.0005)) in thin
    assert cells_of((-179.0, 40.0, 179.0, 40.001)) is None

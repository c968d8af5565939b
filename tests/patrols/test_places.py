"""The pages of zones, routes and checkpoints."""

import re
import uuid

from tests.patrols.conftest import SQUARE, Callers
from tests.world import World


def test_zone_is_registered_and_changed(callers: Callers, world: World) -> None:
    given = {
        "code": "Z",
        "name": "Valley",
        "area": SQUARE,
        "tlp": "amber",
        "level": "0",
    }
    for wrong in (
        "{",
        '{"type": "Point", "coordinates": [1, 2]}',
        '{"type": "Feature"}',
    ):
        answer = callers.owner.send("/patrols/zones/new/", **(given | {"area": wrong}))
        assert answer.status_code == 200
        assert "has-error" in answer.content.decode()
    made = callers.owner.send("/patrols/zones/new/", **given)
    assert made.status_code == 302
    twin = callers.owner.send("/patrols/zones/new/", **given)
    assert "Your agency has used this code." in twin.content.decode()
    shown = callers.owner.page(made["Location"]).content.decode()
    assert "MultiPolygon" in shown
    changed = callers.owner.send(
        f"{made['Location']}edit/", **(given | {"name": "High valley"}), version="1"
    )
    assert changed.status_code == 302
    assert "High valley" in callers.owner.page("/patrols/zones/").content.decode()
    assert callers.partner.page(made["Location"]).status_code == 404


def test_routes_and_checkpoints_are_registered_and_changed(
    callers: Callers, world: World
) -> None:
    given = {"code": "P", "name": "Pass", "tlp": "amber", "level": "0"}
    line = '{"type": "LineString", "coordinates": [[70.3, 40], [70.5, 40.1]]}'
    point = '{"type": "Point", "coordinates": [70.3, 40]}'
    for kind, column, right, wrong in [
        ("route", "line", line, point), ("checkpoint", "place", point, line),
    ]:  # fmt: skip
        new = f"/patrols/{kind}s/new/"
        refused = callers.owner.send(new, **given, **{column: wrong}).content.decode()
        assert f'id="id_{column}_error"' in refused
        empty = callers.owner.send(new, **given, **{column: ""}).content.decode()
        assert "Draw it on the map" in empty
        made = callers.owner.send(new, **given, **{column: right})
        assert made.status_code == 302
        path = made["Location"]
        edit = callers.owner.page(f"{path}edit/").content.decode()
        assert f'data-map-draw="id_{column}"' in edit
        sent = given | {"name": "High pass", "version": "1", column: right}
        assert callers.owner.send(f"{path}edit/", **sent).status_code == 302
        assert "High pass" in callers.owner.page("/patrols/routes/").content.decode()
        assert callers.partner.page(path).status_code == 404
        callers.owner.send(f"{path}releases/", grantee="agency:TJ-BT", scope="full")
        assert "High pass" in callers.partner.page(path).content.decode()
        assert callers.partner.page(f"{path}edit/").status_code == 403
        none = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), path)
        hidden, nothing = (callers.outsider.page(p) for p in (path, none))
        assert hidden.status_code == nothing.status_code == 404
        assert hidden.content == nothing.content

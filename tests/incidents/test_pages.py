from tests.incidents.conftest import *


def test_x(readers, shared, world):
    for name in ("owner", "partner", "owner_low", "owner_observer"):
        r = getattr(readers, name)
        for u in (
            "/incidents/",
            "/incidents/?state=open&severity=moderate&days=30",
            "/incidents/open/",
            "/incidents/map.geojson?bbox=70,40,71,41",
            "/incidents/new/",
            f"/incidents/{shared.pk}/",
            f"/incidents/{shared.pk}/edit/",
        ):
            x = r.get(u)
            print(name, u, x.status_code, len(x.content))
            assert x.status_code in (200, 403), x.status_code
            open(f"/tmp/p_{name}_{u.split('?')[0].replace('/', '_')}.html", "wb").write(
                x.content
            )

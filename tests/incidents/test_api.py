"""The REST API of incidents: each endpoint for owner, partner and outsider."""
from tests.incidents.conftest import body

def test_reporting(readers):
    r = readers.owner.post(data=body(release_to=["agency:TJ-BT"]))
    print(r.content, r.headers)
    assert r.status_code == 201
    pk = r.json()["id"]
    for u in ("", "log/", "responses/", "releases/"):
        x = readers.partner.get(f"{pk}/{u}")
        print(x.content)
        assert x.status_code == 200
    for u,d in (("acknowledge/",{}),("assign/",{"agency":"TJ-BT"}),("log/",{"text":"hi"})):
        x = readers.partner.post(f"{pk}/{u}", d)
        print(x.status_code, x.content)
    x = readers.owner.get(); print(x.content)
    x = readers.owner.get(is_open="true", bbox="70,40,71,41", severity="moderate"); print(x.content)
    x = readers.owner.get(bbox="70,40,7,41"); print(x.content)
    x = readers.owner.patch(f"{pk}/", {"title":"x"}); print(x.content)
    x = readers.owner.patch(f"{pk}/", {"title":"x"}, **{"If-Match": '"1"'}); print(x.status_code, x.content)
    x = readers.owner.post(f"{pk}/resolve/"); print(x.status_code, x.content)
    x = readers.owner.post(f"{pk}/close/", {"reason":"handled"}); print(x.status_code, x.content)

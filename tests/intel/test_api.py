from tests.incidents.conftest import *
def test_x(readers):
    b={"title":"T","body":"B","tear_line_text":"TL","source_note":"SECRET","source_grade":"B","information_grade":2,"topics":["drugs"],"release_to":["agency:TJ-BT"]}
    u="/api/v1/reports/"
    r=readers.owner.post(u,b); print(r.content); pk=r.json()["id"]
    print(readers.partner.get(f"{u}{pk}/").content)
    r=readers.owner.post(f"{u}{pk}/releases/",{"grantee":"agency:UZ-BT","scope":"tearline"}); print(r.content)
    print(readers.late.get(u,is_current="true",topic="drugs").content)
    print(readers.owner.get(u,is_current="false").content)
    print(readers.owner.get(u,is_current="fse").content)
    print(readers.owner.get(f"{u}{pk}/tear-line/").content)
    print(readers.owner.get(f"{u}{pk}/").content)
    print(readers.owner.post(f"{u}{pk}/end-validity/").content)
    print(readers.late.get(u).content)

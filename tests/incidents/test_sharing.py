"""Who learns what of an incident: acknowledgements, log, tear line, markings."""

from typing import Any

import pytest

from agencies.actions import releases
from agencies.context import acting
from agencies.errors import Refused
from incidents.actions import life, log
from incidents.models import Acknowledgement, Incident, LogEntry
from tests.incidents.conftest import (
    Readers,
    assert_hidden,
    feed,
    headers,
    problem,
    report,
    text,
)
from tests.world import World, soon


@pytest.fixture
def common(world: World) -> Incident:
    """An incident of KG-BS, released to TJ-BT and to UZ-BT, each by name."""
    return report(world, release_to=["agency:TJ-BT", "agency:UZ-BT"])


def release(readers: Readers, incident: Any, grantee: str, **more: Any) -> Any:
    """Release as the owner."""
    pk = getattr(incident, "pk", incident)
    return readers.owner.post(f"{pk}/releases/", {"grantee": grantee} | more)


def only(answer: Any) -> dict[str, Any]:
    """Return the one row of a list."""
    rows: list[dict[str, Any]] = answer.json()["results"]
    assert len(rows) == 1, rows
    return rows[0]


# --- acknowledgements, offers, log --------------------------------------------


def test_a_partner_keeps_its_log_when_the_record_is_released_anew(
    world: World, readers: Readers
) -> None:
    """A third agency joined in between: it reads the record, not what was before."""
    incident = report(world, release_to=["agreement:KG-TJ"])
    line = {"text": "For ourselves", "sharing": "own"}
    assert readers.partner.post(f"{incident.pk}/log/", line).status_code == 201
    assert readers.partner.post(f"{incident.pk}/acknowledge/").status_code == 200
    world.join("UZ-BT")
    assert release(readers, incident, "agreement:KG-TJ").status_code == 201
    assert only(readers.partner.get(f"{incident.pk}/log/"))["text"] == "For ourselves"
    seen = readers.partner.get(f"{incident.pk}/").json()
    assert [made["agency"] for made in seen["acknowledgements"]] == ["TJ-BT"]
    assert readers.late.get(f"{incident.pk}/log/").json()["results"] == []


def test_what_a_partner_wrote_lasts_as_long_as_its_release(
    world: World, readers: Readers
) -> None:
    """A release that is made anew for good also keeps what was written before."""
    incident = report(world)
    grant = {"grantee": "agency:TJ-BT"}
    release(readers, incident, **grant, expires_at=soon(1).isoformat())
    assert readers.partner.post(f"{incident.pk}/acknowledge/").status_code == 200
    release(readers, incident, **grant)
    with acting(world.owner):
        [made] = Acknowledgement.objects.visible_to(world.owner)
    assert made.expiring is None


def test_one_partner_does_not_learn_of_another(
    common: Incident, world: World, readers: Readers
) -> None:
    """What TJ-BT does about an incident changes not one byte for UZ-BT."""
    late, pk = readers.late, common.pk
    paths = ["", f"{pk}/", f"{pk}/log/", f"{pk}/responses/", f"/incidents/{pk}/"]
    late.get(paths[-1])

    def seen() -> list[tuple[bytes, dict[str, str]]]:
        answers = [late.get(path) for path in paths]
        return [
            (_without_token(a.content), headers(a) | {"Set-Cookie": ""})
            for a in answers
        ]

    before, told = seen(), feed(world, "late")
    assert readers.partner.post(f"{pk}/acknowledge/").status_code == 200
    made = readers.partner.post(f"{pk}/assign/", {"agency": "TJ-BT"}).json()
    path = f"{pk}/responses/{made['id']}/advance/"
    assert readers.partner.post(path, {"state": "on_scene"}).status_code == 200
    for sharing in ("owner", "own"):
        line = {"text": "CANARY", "sharing": sharing}
        assert readers.partner.post(f"{pk}/log/", line).status_code == 201
    assert seen() == before
    assert feed(world, "late") == told


def _without_token(content: bytes) -> bytes:
    """Return a page without its random CSRF tokens and the time it was drawn."""
    lines = content.splitlines()
    return b"\n".join(
        line for line in lines if b"csrf" not in line and b"data-drawn" not in line
    )


def test_the_owner_learns_who_took_note(common: Incident, readers: Readers) -> None:
    """Each agency sees its own acknowledgement, the owner all; again is harmless."""
    for reader in (readers.partner, readers.partner, readers.late):
        assert reader.post(f"{common.pk}/acknowledge/").status_code == 200

    def agencies(reader: Any) -> list[str]:
        rows = reader.get(f"{common.pk}/").json()["acknowledgements"]
        return [row["agency"] for row in rows]

    assert agencies(readers.owner) == ["TJ-BT", "UZ-BT"]
    assert agencies(readers.partner) == ["TJ-BT"]
    assert agencies(readers.late) == ["UZ-BT"]
    low = readers.partner_low.get(f"{common.pk}/").json()["acknowledgements"]
    assert [row["by"] for row in low] == ["officer:partner"]


def test_the_owner_moves_the_state_not_an_offer(
    common: Incident, readers: Readers
) -> None:
    """Taking up an offer is the owner's doing, and then all readers may know."""
    pk = common.pk
    made = readers.partner.post(f"{pk}/assign/", {"agency": "TJ-BT"}).json()["id"]
    assert readers.late.get(f"{pk}/").json()["state"] == "reported"
    readers.owner.post(f"{pk}/responses/{made}/advance/", {"state": "en_route"})
    assert readers.late.get(f"{pk}/").json()["state"] == "responding"


@pytest.mark.parametrize(
    ("writer", "sharing", "readable_by"),
    [
        ("owner", "all", {"owner", "partner", "late"}),
        ("owner", "owner", {"owner"}),
        ("owner", "own", {"owner"}),
        ("partner", "all", {"owner", "partner", "late"}),
        ("partner", "owner", {"owner", "partner"}),
        ("partner", "own", {"partner"}),
    ],
)
def test_who_reads_a_line_of_the_log(
    common: Incident,
    world: World,
    readers: Readers,
    writer: str,
    sharing: str,
    readable_by: set[str],
) -> None:
    """As the writer said; in the feed, too."""
    path = f"{common.pk}/log/"
    line = {"text": "CANARY-LINE", "sharing": sharing}
    assert getattr(readers, writer).post(path, line).status_code == 201
    names = {"owner", "partner", "late"}
    assert {n for n in names if getattr(readers, n).get(path).json()["results"]} == (
        readable_by
    )
    told = {n for n in names if ("incident.logged", common.pk) in feed(world, n)}
    assert told == readable_by


def test_a_private_line_never_falls_to_the_owner(
    common: Incident, world: World, readers: Readers
) -> None:
    """Neither a new release nor the end of one opens it (L2)."""
    path = f"{common.pk}/log/"
    readers.partner.post(path, {"text": "CANARY-PRIVATE", "sharing": "own"})
    release(readers, common, "agency:KZ-BS")
    assert readers.owner.get(path).json()["results"] == []
    assert only(readers.partner.get(path))["text"] == "CANARY-PRIVATE"
    made = [
        row["id"]
        for row in readers.owner.get(f"{common.pk}/").json()["releases"]
        if row["grantee"] == "agency:TJ-BT"
    ]
    readers.owner.delete(f"{common.pk}/releases/{made[0]}/")
    assert readers.owner.get(path).json()["results"] == []
    assert ("incident.logged", common.pk) not in feed(world, "owner")
    with acting(world.owner):
        assert not LogEntry._base_manager.exists()
    # Released again, the partner begins anew: children never widen.
    release(readers, common, "agency:TJ-BT")
    assert readers.partner.get(path).json()["results"] == []


def test_taking_note_again_after_a_new_release(
    shared: Incident, readers: Readers
) -> None:
    """The first acknowledgement stays the owner's; the second is one more."""
    readers.partner.post(f"{shared.pk}/acknowledge/")
    made = readers.owner.get(f"{shared.pk}/").json()["releases"][0]["id"]
    readers.owner.delete(f"{shared.pk}/releases/{made}/")
    release(readers, shared, "agency:TJ-BT")
    assert readers.partner.get(f"{shared.pk}/").json()["acknowledgements"] == []
    assert readers.partner.post(f"{shared.pk}/acknowledge/").status_code == 200
    rows = readers.owner.get(f"{shared.pk}/").json()["acknowledgements"]
    assert [row["agency"] for row in rows] == ["TJ-BT", "TJ-BT"]


# --- releases -----------------------------------------------------------------


def test_releasing_and_ending(
    incident: Incident, world: World, readers: Readers
) -> None:
    """The version does not move; the reader gets the record, then a tombstone."""
    made = release(readers, incident, "agency:TJ-BT", reason="For joint action")
    assert made.status_code == 201
    assert made.json()["scope"] == "full"
    assert readers.partner.get(f"{incident.pk}/")["ETag"] == '"1"'
    assert ("incident.released", incident.pk) in feed(world, "partner")
    path = f"{incident.pk}/releases/{made.json()['id']}/"
    assert readers.owner.delete(path).status_code == 204
    assert_hidden(readers.partner, "get", "{id}/", incident.pk)
    assert feed(world, "partner") == [("incident.withdrawn", incident.pk)]
    assert feed(world, "late") == []


def test_a_grantee_sees_its_own_release_alone(
    common: Incident, readers: Readers
) -> None:
    """Who else reads is nobody's business (L34)."""
    rows = readers.partner.get(f"{common.pk}/").json()["releases"]
    assert [row["grantee"] for row in rows] == ["agency:TJ-BT"]
    assert only(readers.late.get(f"{common.pk}/releases/"))["grantee"] == (
        "agency:UZ-BT"
    )


def test_only_the_owner_releases(shared: Incident, readers: Readers) -> None:
    """No onward release, and none by a role without the right."""
    path = f"{shared.pk}/releases/"
    onward = readers.partner.post(path, {"grantee": "agency:UZ-BT"})
    assert problem(onward)[:2] == (403, "not_owner")
    observer = readers.owner_observer.post(path, {"grantee": "agency:UZ-BT"})
    assert problem(observer)[:2] == (403, "permission")


def test_a_release_that_is_over_opens_nothing(
    incident: Incident, readers: Readers
) -> None:
    """An expiry must lie ahead."""
    past = release(readers, incident, "agency:TJ-BT", expires_at=soon(-1).isoformat())
    assert problem(past) == (400, "expired", ["/expires_at"])
    ahead = release(readers, incident, "agency:TJ-BT", expires_at=soon(1).isoformat())
    assert ahead.status_code == 201


# --- the tear line ------------------------------------------------------------


@pytest.fixture
def torn(incident: Incident, readers: Readers) -> str:
    """The id of the tear line of ``incident``, released to UZ-BT."""
    made = release(readers, incident, "agency:UZ-BT", scope="tearline")
    assert made.status_code == 201, made.content
    found: str = readers.owner.get(f"{incident.pk}/tear-line/").json()["id"]
    return found


def test_a_tear_line_is_an_ordinary_incident_to_its_readers(
    incident: Incident, torn: str, world: World, readers: Readers
) -> None:
    """Blunted, with an id of its own; nothing says that there is more (L45)."""
    seen = only(readers.late.get())
    ordinary = report(world, release_to=["agency:UZ-BT"])
    assert seen["id"] == torn
    # What is derived of a place stands in details only.
    whole = set(readers.late.get(f"{ordinary.pk}/").json())
    assert set(seen) == whole - {"jurisdiction"}
    assert seen["tear_line_of"] is None
    assert [row["scope"] for row in seen["releases"]] == ["full"]
    assert only(readers.late.get(f"{torn}/releases/"))["scope"] == "full"
    assert (seen["narrative"], seen["patrol"]) == ("", None)
    assert seen["occurred_at"].endswith(":00:00Z")
    pages = readers.late.get(f"/incidents/{torn}/").content
    pages += readers.late.get("/incidents/").content
    pages += readers.late.get(f"{torn}/").content
    for secret in ("CANARY-NARRATIVE", str(incident.pk), incident.ref, "tear line"):
        assert secret.encode() not in pages, secret
    for path in ("{id}/tear-line/", "{id}/"):
        assert_hidden(readers.late, "get", path, incident.pk)
    assert readers.late.get(f"{torn}/tear-line/").status_code == 404
    kinds = {kind for kind, _subject in feed(world, "late")}
    assert kinds <= {"incident.released", "incident.reported"}


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("agency:TJ-BT", "agency:TJ-BT"),
        ("agreement:KG-TJ", "agency:TJ-BT"),
        ("agency:TJ-BT", "agreement:KG-TJ"),
    ],
)
def test_a_tear_line_beside_the_whole_narrows_nothing_and_says_so(
    incident: Incident, readers: Readers, whole: str, part: str
) -> None:
    """Also where one of them comes by an agreement."""
    page = f"/incidents/{incident.pk}/"
    words = "They still see the full record: end that release to narrow it."
    first = readers.owner.send(f"{page}releases/", {"grantee": whole, "scope": "full"})
    assert first.status_code == 302
    assert words not in text(readers.owner.get(page))
    second = readers.owner.send(
        f"{page}releases/", {"grantee": part, "scope": "tearline"}
    )
    assert second.status_code == 302
    assert words in text(readers.owner.get(page))


def test_the_owner_finds_both(incident: Incident, torn: str, readers: Readers) -> None:
    """Lists show the full record alone, unless asked; each leads to the other."""
    assert only(readers.owner.get())["id"] == str(incident.pk)
    rows = readers.owner.get(tear_lines="include").json()["results"]
    assert {row["id"] for row in rows} == {str(incident.pk), torn}
    tear_line = readers.owner.get(f"{torn}/").json()
    assert tear_line["tear_line_of"] == str(incident.pk)
    assert only(readers.owner.get(f"{incident.pk}/releases/"))["scope"] == "tearline"
    assert torn.encode() in readers.owner.get(f"/incidents/{incident.pk}/").content
    assert incident.ref.encode() in readers.owner.get(f"/incidents/{torn}/").content
    fragment = readers.owner.get("/incidents/open/").content
    assert torn.encode() not in fragment


def test_a_reader_of_both_is_not_told_that_they_belong_together(
    incident: Incident, torn: str, readers: Readers
) -> None:
    """The link is the owner's alone."""
    release(readers, incident, "agency:UZ-BT")
    for pk in (torn, incident.pk):
        seen = readers.late.get(f"{pk}/").json()
        assert seen["tear_line_of"] is None
        assert [row["scope"] for row in seen["releases"]] == ["full"]
        assert readers.late.get(f"{pk}/tear-line/").status_code == 404
    assert torn.encode() not in readers.late.get(f"/incidents/{incident.pk}/").content


def test_the_tear_line_follows_its_record(
    incident: Incident, torn: str, world: World, readers: Readers
) -> None:
    """Severity and state, not the marking; what readers wrote reaches the owner."""
    change = {"severity": "extreme", "narrative": "CANARY-NEW", "level": 2}
    readers.owner.patch(f"{incident.pk}/", change, **{"If-Match": '"1"'})
    seen = readers.late.get(f"{torn}/").json()
    assert (seen["severity"], seen["narrative"], seen["level"]) == ("extreme", "", 0)
    readers.late.post(f"{torn}/acknowledge/")
    page = readers.owner.get(f"/incidents/{incident.pk}/").content
    assert page.count(b"UZ-BT") >= 2
    readers.owner.post(f"{incident.pk}/resolve/")
    assert readers.late.get(f"{torn}/").json()["state"] == "resolved"
    readers.owner.post(f"{incident.pk}/close/", {"reason": "handled"})
    assert readers.late.get(f"{torn}/").json()["state"] == "closed"
    assert ("incident.closed", readers_id(torn)) in feed(world, "late")


def readers_id(text: str) -> Any:
    """Return an id as the feed has it."""
    return type(Incident().pk)(text)


def test_a_tear_line_is_closed_with_its_record(torn: str, readers: Readers) -> None:
    """Its owner is told so; others never get so far."""
    refused = readers.owner.post(f"{torn}/close/", {"reason": "handled"})
    assert problem(refused)[:2] == (409, "is_tear_line")
    other = readers.late.post(f"{torn}/close/", {"reason": "handled"})
    assert problem(other)[:2] == (403, "not_owner")
    nested = readers.owner.post(
        f"{torn}/releases/", {"grantee": "agency:KZ-BS", "scope": "tearline"}
    )
    assert problem(nested) == (400, "no_tear_line", ["/scope"])


def test_a_tear_line_keeps_its_readers_when_it_is_edited(
    incident: Incident, torn: str, readers: Readers
) -> None:
    """Its releases are its own: neither its marking nor the record's ends them."""
    match = {"If-Match": '"1"'}
    assert readers.owner.patch(f"{torn}/", {"tlp": "green"}, **match).status_code == 200
    assert readers.late.get(f"{torn}/").json()["tlp"] == "green"
    assert (
        readers.owner.patch(f"{incident.pk}/", {"tlp": "red"}, **match).status_code
        == 200
    )
    assert readers.late.get(f"{torn}/").status_code == 200
    release(readers, torn, "agency:KZ-BS")
    assert readers.outsider.get(f"{torn}/").status_code == 200
    assert readers.late.get(f"{torn}/").status_code == 200
    by_scope = readers.owner.get(f"{incident.pk}/releases/").json()["results"]
    ended = [row["id"] for row in by_scope if row["grantee"] == "agency:UZ-BT"]
    assert readers.owner.delete(f"{incident.pk}/releases/{ended[0]}/").status_code == (
        204
    )
    assert_hidden(readers.late, "get", "{id}/", readers_id(torn))
    assert readers.outsider.get(f"{torn}/").status_code == 200


# --- markings -----------------------------------------------------------------


def test_red_is_for_named_officers(world: World, readers: Readers) -> None:
    """Not even the author's own agency sees it otherwise."""
    refused = release(readers, report(world, tlp="red"), "agency:TJ-BT")
    assert problem(refused) == (400, "tlp_forbids", ["/grantee"])
    made = report(world, tlp="red", release_to=["officer:partner"])
    assert readers.partner.get(f"{made.pk}/").status_code == 200
    for name in ("owner_low", "owner_observer", "partner_low", "late"):
        assert_hidden(getattr(readers, name), "get", "{id}/", made.pk)
    assert readers.partner.post(f"{made.pk}/acknowledge/").status_code == 200
    offer = readers.partner.post(f"{made.pk}/assign/", {"agency": "TJ-BT"})
    assert offer.status_code == 201
    assert readers.owner.get(f"{made.pk}/responses/").json()["results"]


def test_two_officers_of_one_agency_under_red(world: World, readers: Readers) -> None:
    """Neither learns from an acknowledgement that the other was named."""
    made = report(world, tlp="red", release_to=["officer:partner"])
    release(readers, made, "officer:partner_low")
    readers.partner.post(f"{made.pk}/acknowledge/")
    seen = readers.partner_low.get(f"{made.pk}/").json()
    assert (seen["acknowledgements"], len(seen["releases"])) == ([], 1)
    assert readers.partner_low.post(f"{made.pk}/acknowledge/").status_code == 200
    assert len(readers.owner.get(f"{made.pk}/").json()["acknowledgements"]) == 2


def test_raising_the_tlp_ends_what_it_no_longer_admits(
    world: World, readers: Readers
) -> None:
    """The releases end, with events, and do not come back with the old marking."""
    made = report(world, release_to=["agency:UZ-BT", "agreement:KG-TJ"])
    path = f"{made.pk}/"
    strict = readers.owner.patch(path, {"tlp": "amber+strict"}, **{"If-Match": '"1"'})
    assert [row["grantee"] for row in strict.json()["releases"]] == ["agency:UZ-BT"]
    assert_hidden(readers.partner, "get", "{id}/", made.pk)
    assert feed(world, "partner") == [("incident.withdrawn", made.pk)]
    assert ("incident.release_ended", made.pk) in feed(world, "owner")
    red = readers.owner.patch(path, {"tlp": "red"}, **{"If-Match": strict["ETag"]})
    assert red.json()["releases"] == []
    back = readers.owner.patch(path, {"tlp": "green"}, **{"If-Match": red["ETag"]})
    assert back.json()["releases"] == []
    assert_hidden(readers.late, "get", "{id}/", made.pk)


def test_only_the_author_makes_it_red(world: World, readers: Readers) -> None:
    """Anybody else would lose it by the change, and with it the others."""
    made = report(world, by="owner_low")
    refused = readers.owner.patch(f"{made.pk}/", {"tlp": "red"}, **{"If-Match": "*"})
    assert problem(refused) == (400, "red_by_author", ["/tlp"])


def test_a_level_above_ones_clearance(world: World, readers: Readers) -> None:
    """Nobody marks what they could not read."""
    made = report(world, by="owner_low")
    refused = readers.owner_low.patch(f"{made.pk}/", {"level": 1}, **{"If-Match": "*"})
    assert problem(refused) == (400, "level_too_high", ["/level"])


def test_a_change_of_level_keeps_what_cleared_readers_wrote(
    shared: Incident, readers: Readers
) -> None:
    """Up and down again: the cleared go on reading, the others never more."""
    partner, low, pk = readers.partner, readers.partner_low, shared.pk
    partner.post(f"{pk}/acknowledge/")
    readers.owner.post(f"{pk}/log/", {"text": "For all", "sharing": "all"})
    partner.post(f"{pk}/log/", {"text": "Ours", "sharing": "own"})
    assert len(low.get(f"{pk}/log/").json()["results"]) == 2
    readers.owner.patch(f"{pk}/", {"level": 2}, **{"If-Match": "*"})
    assert_hidden(low, "get", "{id}/", pk)
    assert len(partner.get(f"{pk}/log/").json()["results"]) == 2
    assert len(partner.get(f"{pk}/").json()["acknowledgements"]) == 1
    assert len(readers.owner.get(f"{pk}/log/").json()["results"]) == 1
    assert readers.owner_low.get(f"{pk}/").status_code == 404
    readers.owner.patch(f"{pk}/", {"level": 0}, **{"If-Match": "*"})
    assert len(partner.get(f"{pk}/log/").json()["results"]) == 2
    assert low.get(f"{pk}/").status_code == 200
    assert low.get(f"{pk}/log/").json()["results"] == []


def test_what_is_shared_through_an_agreement_ends_with_membership(
    world: World, readers: Readers
) -> None:
    """A leaver loses its own words too, as everything that came that way (L31)."""
    world.join("UZ-BT")
    made = report(world, release_to=["agreement:KG-TJ"])
    readers.late.post(f"{made.pk}/log/", {"text": "Seen", "sharing": "own"})
    assert readers.late.get(f"{made.pk}/log/").json()["results"]
    world.leave("UZ-BT")
    assert_hidden(readers.late, "get", "{id}/log/", made.pk)
    world.join("UZ-BT")
    assert_hidden(readers.late, "get", "{id}/log/", made.pk)


def test_actions_check_what_forms_and_bodies_check(
    shared: Incident, world: World
) -> None:
    """Whoever calls an action directly is refused in the same words."""
    actor = world.owner
    calls = [
        lambda: life.close(incident=shared, reason="bored", by=actor),
        lambda: log.write_log(incident=shared, text=" ", by=actor),
        lambda: log.write_log(incident=shared, text="x", sharing="world", by=actor),
    ]
    codes = []
    for call in calls:
        with pytest.raises(Refused) as caught, acting(actor):
            call()
        codes.append(caught.value.code)
    assert codes == ["invalid_choice", "empty", "invalid_choice"]


def test_a_release_replaces_the_one_before(world: World, shared: Incident) -> None:
    """Released again to the same grantee: one live release, the newest."""
    actor = world.owner
    with acting(actor):
        made = releases.release(
            record=shared, to="agency:TJ-BT", by=actor, expires_at=soon(2)
        )
    with acting(world.partner):
        seen = Incident.objects.visible_to(world.partner).get(pk=shared.pk)
        assert seen.expiring
        assert Acknowledgement.objects.visible_to(world.partner).count() == 0
    assert made.is_live

"""The policy's own arithmetic, without a database."""

import uuid
from datetime import UTC, datetime

import pytest

from agencies.policy import (
    TLP,
    Actor,
    Audience,
    Grant,
    Membership,
    Role,
    agreement_key,
    audience,
    party_key,
)

LATER = datetime(2030, 1, 1, tzinfo=UTC)
OWNER = {"owner": "KG-BS", "author_id": uuid.UUID(int=1), "level": 1}


def opened_by(tlp: TLP, grant: Grant) -> bool:
    """Whether a grant adds a key to the audience of a record so marked."""
    return bool(
        audience(**OWNER, tlp=tlp, grants=[grant]).keys  # type: ignore[arg-type]
        - audience(**OWNER, tlp=tlp, grants=[]).keys  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("tlp", "kinds"),
    [
        (TLP.RED, {"officer"}),
        (TLP.AMBER_STRICT, {"officer", "agency"}),
        (TLP.AMBER, {"officer", "agency", "agreement"}),
        (TLP.GREEN, {"officer", "agency", "agreement"}),
        (TLP.CLEAR, {"officer", "agency", "agreement"}),
    ],
)
def test_tlp_caps_and_never_grants(tlp: TLP, kinds: set[str]) -> None:
    """Each marking lets in exactly the kinds of grantee that TLP 2.0 allows."""
    grants = {k: Grant(k, "X", epoch=1) for k in ("officer", "agency", "agreement")}
    assert {k for k, grant in grants.items() if opened_by(tlp, grant)} == kinds
    alone = audience(**OWNER, tlp=tlp, grants=[]).keys  # type: ignore[arg-type]
    assert len(alone) == 1


@pytest.mark.parametrize(
    ("tlp", "cap", "is_within"),
    [
        ("amber", "amber", True),
        ("green", "amber", True),
        ("amber+strict", "amber", False),
        ("amber", "green", False),
        ("clear", "clear", True),
    ],
)
def test_an_agreement_caps_the_marking(tlp: str, cap: str, is_within: bool) -> None:
    """An agreement covers records marked no stricter than it says."""
    assert TLP(tlp).within(cap) is is_within


def test_a_permanent_grant_outweighs_one_that_ends() -> None:
    """A key granted for good and until a time does not expire."""
    both = [Grant("agency", "TJ-BT", expires_at=LATER), Grant("agency", "TJ-BT")]
    for grants in (both, both[::-1]):
        found = audience(**OWNER, tlp=TLP.AMBER, grants=grants)  # type: ignore[arg-type]
        assert not found.expiring
    one = audience(**OWNER, tlp=TLP.AMBER, grants=both[:1])  # type: ignore[arg-type]
    assert one.expiring == {"agency:TJ-BT/1": LATER.timestamp()}


def test_a_clearance_holds_every_level_up_to_it() -> None:
    """A record of level 2 is opened by clearances 2 and 3."""
    for clearance in range(4):
        reader = Actor(label="officer:x", agency="KG-BS", clearance=clearance)
        assert ("agency:KG-BS/2" in reader.keys) is (clearance >= 2)


def test_a_newcomer_holds_no_earlier_epoch() -> None:
    """Membership opens the epochs since joining and no others."""
    newcomer = Actor(
        label="officer:x", agency="UZ-BT", memberships=(Membership("KG-TJ", 3, 4),)
    )
    held = {key for key in newcomer.keys if "#" not in key}
    assert held == {
        "agency:UZ-BT/0",
        agreement_key("KG-TJ", 3, 0),
        agreement_key("KG-TJ", 4, 0),
    }


def test_what_is_shared_with_one_party_ends_with_its_way_in() -> None:
    """A child for one party stands on that party's key, and narrows with it."""
    key = agreement_key("KG-TJ", 1, 0)
    parent = Audience(frozenset({"agency:KG-BS/0", key}), {key: 5.0})
    reader = Actor(
        label="officer:x", agency="TJ-BT", memberships=(Membership("KG-TJ", 1, 1),)
    )
    share = parent.share_of(reader)
    assert share == Audience(
        frozenset({party_key(key, "TJ-BT")}), {party_key(key, "TJ-BT"): 5.0}
    )
    narrowed = Audience(frozenset({"agency:KG-BS/0"}))
    owner = frozenset({"agency:KG-BS/0"})
    assert share.within(narrowed, owner).keys == owner


def test_a_later_release_to_the_same_agreement_keeps_what_hangs_on_a_record() -> None:
    """Whoever was a party then is one now; who came since is let in to nothing old."""
    then, now = agreement_key("KG-TJ", 1, 0), agreement_key("KG-TJ", 2, 1)
    child = Audience(frozenset({party_key(then, "TJ-BT")}))
    cut = child.within(Audience(frozenset({now})), frozenset())
    assert cut.keys == {party_key(agreement_key("KG-TJ", 1, 1), "TJ-BT")}
    newer = Audience(frozenset({party_key(agreement_key("KG-TJ", 2, 0), "UZ-BT")}))
    assert not newer.within(Audience(frozenset({then})), frozenset()).keys


def test_platform_administrators_hold_no_content_key() -> None:
    """Operators see accounts and legal bases, never records."""
    admin = Actor(label="officer:admin", roles=frozenset({Role.PLATFORM_ADMIN}))
    assert admin.keys == ("platform",)

"""Loading agencies, agreements, officers, posts and API clients."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import (
    PBKDF2PasswordHasher,
    get_hasher,
    make_password,
)
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from shapely import union_all

from agencies.actions.accounts import first_administrator
from agencies.audiences import officer_audience, reapply_agreement
from agencies.context import system
from agencies.models import (
    Agency,
    Agreement,
    Client,
    Officer,
    Party,
    Post,
    RightsVersion,
    State,
)
from agencies.policy import PLATFORM_KEY, Audience, agency_key
from demo import cast
from demo.crossings import posts
from demo.directory import Directory, Pact
from demo.geography import zones
from demo.history import History, Sharing
from live.kinds import Kind
from live.models import Event


def load(directory: Directory, history: History) -> None:
    """Load everybody who takes part, and what they are bound by."""
    _load_agencies(directory)
    directory.administrator = first_administrator(
        username="admin", password=cast.PASS_PHRASE
    )
    with system("load demo"):
        # Whoever is journalled as there first was there first.
        first = directory.now - timedelta(days=1600)
        Event.objects.filter(subject_id=directory.administrator.pk).update(at=first)
    for spec in cast.AGREEMENTS:
        _load_agreement(directory, history, spec)
    with system("load demo"):
        for code, people in cast.PEOPLE.items():
            directory.officers[code] = [
                _officer(directory, code, number, *person)
                for number, person in enumerate(people, 1)
            ]
            Officer.objects.bulk_create(directory.officers[code])
        RightsVersion.renew()
    _record_officers(directory, history)
    _load_posts(directory, history)


def _load_agencies(directory: Directory) -> None:
    State.objects.bulk_create(State(code=c, name=n) for c, n in cast.STATES.items())
    for code, (name, kind) in cast.AGENCIES.items():
        state = code[:2]
        directory.agencies[code] = Agency.objects.create(
            code=code,
            name=name,
            kind=kind,
            state_id=state if state in cast.STATES else None,
            languages=cast.LANGUAGES[state],
            time_zone=cast.TIME_ZONES[state],
        )


def _load_agreement(
    directory: Directory, history: History, spec: cast.AgreementSpec
) -> None:
    """Load one agreement with its parties as intervals, each joiner a new epoch."""
    start = directory.now - timedelta(days=spec.signed_days - 30)
    row = Agreement(
        code=spec.code,
        name=spec.name,
        is_multilateral=spec.is_multilateral,
        signed_on=(directory.now - timedelta(days=spec.signed_days)).date(),
        in_force_from=start.date(),
        purposes=list(spec.purposes),
        area=_area(spec.pairs),
        max_crossing_m=spec.max_crossing_m,
        max_tlp=spec.max_tlp,
        epoch=1 + len(spec.joined),
    )
    row.open_to(Audience(frozenset({PLATFORM_KEY})))
    parties = [
        _party(directory, row, code, weight, joined_at=start)
        for code, weight in spec.parties.items()
    ]
    for epoch, (code, (weight, days)) in enumerate(spec.joined.items(), 2):
        joined_at = directory.now - timedelta(days=days)
        parties.append(
            _party(
                directory, row, code, weight, joined_at=joined_at, joined_epoch=epoch
            )
        )
    for party in parties:
        if days_ago := spec.left.get(party.agency.code):
            party.left_at = directory.now - timedelta(days=days_ago)
    with system("load demo"):
        row.save(force_insert=True)
        Party.objects.bulk_create(parties)
    reapply_agreement(row)
    with system("load demo"):
        row.refresh_from_db()
    pact = Pact(row, spec.pairs, tuple(parties))
    directory.pacts[row.code] = pact
    _record_agreement(directory, history, pact, start)


def _party(
    directory: Directory, agreement: Agreement, code: str, weight: int, **values: Any
) -> Party:
    party = Party(
        agreement=agreement,
        agency=directory.agencies[code],
        weight=weight,
        **{"joined_epoch": 1} | values,
    )
    party.open_to(agreement.stored_audience)
    return party


def _area(pairs: tuple[str, ...]) -> MultiPolygon | None:
    """Return the zones along these borders as one area; nothing without zones."""
    states = [set(pair.split("-")) for pair in pairs]
    areas = [z.polygon for z in zones() if any(s <= set(z.states) for s in states)]
    if not areas:
        return None
    shape = GEOSGeometry(union_all(areas).wkt, srid=4326)
    if isinstance(shape, MultiPolygon):
        return shape
    return MultiPolygon(shape, srid=4326)


def _record_agreement(
    directory: Directory, history: History, pact: Pact, start: datetime
) -> None:
    """Journal how the agreement came about, for those who were parties then."""

    def line(kind: Kind, at: datetime, **detail: str) -> None:
        keys = {agency_key(code, 0) for code in pact.present(at)} | {PLATFORM_KEY}
        history.event(
            kind,
            by=directory.admin,
            at=at,
            subject=pact.agreement,
            audience=Audience(frozenset(keys)),
            detail=dict(detail),
        )

    line(Kind.AGREEMENT_CREATED, start)
    for party in pact.parties:
        if party.joined_at > start:
            line(Kind.AGREEMENT_JOINED, party.joined_at, agency=party.agency.code)
        if party.left_at is not None:
            line(Kind.AGREEMENT_LEFT, party.left_at, agency=party.agency.code)


def _officer(
    directory: Directory,
    agency: str,
    number: int,
    username: str,
    name: str,
    rank: str,
    duty: str,
) -> Officer:
    """Make an officer; all share one hash, for hashing sixty times takes a minute."""
    if directory.administrator is None:
        raise LookupError("no administrator yet")
    roles, clearance = cast.DUTIES[duty]
    officer = Officer(
        username=username,
        password=directory.administrator.password,
        name=name,
        agency=directory.agencies[agency],
        rank=rank,
        call_sign=_call_sign(agency, number),
        languages=_languages(directory, agency),
        clearance=clearance,
        roles=list(roles),
    )
    officer.open_to(officer_audience(officer))
    return officer


def _call_sign(agency: str, number: int) -> str:
    words = cast.CALL_SIGNS[agency[:2]]
    kin = [code for code in cast.AGENCIES if code[:2] == agency[:2]]
    place = kin.index(agency)
    return f"{words[place % len(words)]} {10 * (place + 1) + number}"


def _languages(directory: Directory, agency: str) -> dict[str, str]:
    """Return CEFR levels: the own language, Russian, some English, a neighbour's."""
    rng, state = directory.rng, agency[:2]
    if state == "XX":
        return {"en": "C2", "ru": rng.choice(["B1", "B2", "C1"])}
    own = cast.LANGUAGES[state][0]
    known = {own: "C2", "ru": rng.choice(["B2", "C1", "C1", "C2"])}
    if rng.random() < 0.7:
        known["en"] = rng.choice(["A2", "B1", "B1", "B2", "C1"])
    if rng.random() < 0.6:
        others = [codes[0] for s, codes in cast.LANGUAGES.items() if s not in state]
        known[rng.choice([o for o in others if o not in known])] = rng.choice(
            ["A2", "B1", "B2", "C1"]
        )
    return known


def _record_officers(directory: Directory, history: History) -> None:
    for staff in directory.officers.values():
        for officer in staff:
            days = directory.rng.uniform(100, 500)
            history.event(
                Kind.OFFICER_CREATED,
                by=directory.admin,
                at=directory.now - timedelta(days=days),
                subject=officer,
            )


def _load_posts(directory: Directory, history: History) -> None:
    """Load the posts, each released to the agreements that permit patrols."""
    at = directory.now - timedelta(days=95)
    for spec in posts():
        officers = directory.officers[spec.agency]
        by = directory.actor(officers[0], at)
        post = Post(
            owner=directory.agencies[spec.agency],
            author_id=by.officer_id,
            code=spec.code,
            name=spec.name,
            place=Point(spec.lon, spec.lat, srid=4326),
            tlp="green",
        )
        directory.posts[spec.agency].append(post)
        pacts = [
            pact
            for purpose in ("patrol", "intelligence")
            for pact in directory.pacts_of(spec.agency, purpose, directory.now)
        ]
        shared = {
            pact.code: Sharing(
                f"agreement:{pact.code}",
                at=max(at, pact.present(directory.now)[spec.agency].joined_at),
            )
            for pact in pacts
        }
        history.own(
            post, kind=Kind.POST_CREATED, by=by, at=at, shared=list(shared.values())
        )


def _hash(secret: str) -> str:
    """Hash a secret of 256 random bits: no guessing, so no need of many rounds."""
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(secret, hasher.salt(), iterations=1000)
    return make_password(secret)


def load_clients(agencies: Mapping[str, Agency]) -> list[dict[str, Any]]:
    """Give each main agency's system its client; return them with their secrets."""
    made = []
    for code in cast.CLIENTS:
        secret = secrets.token_urlsafe(32)
        client, _is_new = Client.objects.update_or_create(
            agency=agencies[code],
            name=f"{code} duty system",
            defaults={
                "clearance": 2,
                "client_secret": _hash(secret),
                "client_type": Client.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Client.GRANT_CLIENT_CREDENTIALS,
                "allowed_scopes": cast.SCOPES,
            },
        )
        made.append(
            {
                "agency": code,
                "client_id": client.client_id,
                "client_secret": secret,
                "scopes": cast.SCOPES,
            }
        )
    return made

"""Loading what agencies keep of their officers, and what they bring along."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agencies.audiences import personal_audience
from agencies.interoperability import parse
from agencies.models import (
    Absence,
    AbsenceKind,
    Agency,
    Asset,
    AssetKind,
    AssetStatus,
    Authorisation,
    Certification,
    Maintenance,
    Officer,
    Qualification,
    certification_code,
)
from agencies.policy import Actor, Role
from demo import cast
from demo.directory import Directory
from demo.history import History, Sharing
from live.kinds import Kind

# How long each kind of absence takes, in days, and how often it is the one.
_ABSENCES = {
    AbsenceKind.LEAVE: ([7, 10, 14], 5),
    AbsenceKind.TRAINING: ([2, 5], 3),
    AbsenceKind.ELSEWHERE: ([1, 3], 3),
    AbsenceKind.SICK: ([1, 2, 4], 2),
    AbsenceKind.SUSPENSION: ([21], 0.2),
}
_NOTES = {
    AbsenceKind.TRAINING: ["Document fraud", "Mountain course", "Language course"],
    AbsenceKind.ELSEWHERE: ["Escort", "Guard of the headquarters", "Court"],
}
# Days from now on which papers run out: some have, some soon will.
_ENDS = [-40, 5, 12, 25, 90, 200, 300, 400, 550, 700]
# What the radios of each state's agencies do: not all of it goes together.
_BANDS = {
    "KG": ["136-174 FM", "136-174 FM, 400-470 DMR"],
    "KZ": ["146-174 FM, 403-470 DMR", "403-470 DMR"],
    "TJ": ["136-174 FM"],
    "UZ": ["146-162 FM, 380-400 TETRA", "380-400 TETRA"],
    "TM": ["33-57.5 FM", "146-174 DMR"],
}
_MODELS: dict[AssetKind, list[tuple[str, int | None]]] = {
    AssetKind.VEHICLE: [("UAZ-3163 Patriot", 5), ("Toyota Land Cruiser 79", 5),
                        ("UAZ-452", 8), ("KamAZ-4350", 18)],
    AssetKind.DRONE: [("Mavic 3T", None), ("Orlan fixed wing", None)],
    AssetKind.RADIO: [("Hand-held radios, set of ten", None), ("Vehicle set", None)],
    AssetKind.OPTICS: [("Thermal imager", None), ("Night vision, set of four", None)],
    AssetKind.DOG: [("Tracking dog", None), ("Detection dog", None)],
}  # fmt: skip
# What each agency has.
_FLEET = [
    *[AssetKind.VEHICLE] * 3, AssetKind.DRONE, *[AssetKind.RADIO] * 2,
    AssetKind.OPTICS, AssetKind.DOG,
]  # fmt: skip
_REASONS = ["Service every 10 000 km", "Gearbox", "Calibration", "New batteries"]


def load(directory: Directory, history: History) -> None:
    """Load absences, papers and assets of all agencies, some of it for partners."""
    for code, staff in directory.officers.items():
        for officer in staff:
            _load_absences(directory, history, officer)
            _load_papers(directory, history, officer)
        if code[:2] in cast.STATES:
            by = directory.actor(staff[0], directory.now - timedelta(days=90))
            _load_assets(directory, history, directory.agencies[code], by)


def _load_absences(directory: Directory, history: History, officer: Officer) -> None:
    """Let an officer be away now and then, never twice at once."""
    rng = directory.rng
    zone = ZoneInfo(directory.agencies[_code(officer)].time_zone)
    day = directory.now.date() + timedelta(days=rng.randint(-30, 0))
    kinds = list(_ABSENCES)
    weights = [_ABSENCES[kind][1] for kind in kinds]
    for _again in range(rng.randint(1, 4)):
        kind = rng.choices(kinds, weights)[0]
        last = day + timedelta(days=rng.choice(_ABSENCES[kind][0]))
        row = Absence(
            officer=officer,
            kind=kind,
            starts_at=datetime.combine(day, time(), zone),
            ends_at=datetime.combine(last, time(), zone),
            note=rng.choice(_NOTES.get(kind, [""])),
        )
        directory.take(officer, row.starts_at, row.ends_at)
        _keep(directory, history, row, Kind.ABSENCE_ENTERED)
        day = last + timedelta(days=rng.randint(5, 25))


def _load_papers(directory: Directory, history: History, officer: Officer) -> None:
    rng, today = directory.rng, directory.now.date()
    names = rng.sample(cast.CERTIFICATIONS, rng.randint(1, 3))
    if Role.COMMANDER in officer.roles:
        names.append(Qualification.COMMANDER)
    for name in names:
        row = Certification(
            officer=officer,
            code=certification_code(name),
            name=name.capitalize(),
            authority="Border academy",
            **_spell(directory, today),
        )
        _keep(directory, history, row, Kind.CERTIFICATION_ENTERED)
    for pact in directory.pacts_of(_code(officer), "patrol", directory.now):
        others = {code[:2] for code in pact.present(directory.now)}
        for state in sorted((others & set(cast.STATES)) - {_code(officer)[:2]}):
            if rng.random() < 0.5:
                permit = Authorisation(
                    officer=officer,
                    territory_id=state,
                    agreement=pact.agreement,
                    **_spell(directory, today),
                )
                _keep(directory, history, permit, Kind.AUTHORISATION_ENTERED)
                return


def _spell(directory: Directory, today: date) -> dict[str, date]:
    """Return from when to when a paper is valid: it was issued a year or two before."""
    last = today + timedelta(days=directory.rng.choice(_ENDS))
    first = min(last, today) - timedelta(days=directory.rng.choice([120, 365, 700]))
    return {"valid_from": first, "expires_on": last}


def _keep(
    directory: Directory,
    history: History,
    row: Absence | Certification | Authorisation,
    kind: Kind,
) -> None:
    """Add a row that is for colleagues alone, and its line in the journal."""
    at = directory.now - timedelta(days=directory.rng.uniform(31, 80))
    row.created_at = row.updated_at = at
    opened = personal_audience(row.officer)
    history.child(row, opened)
    by = directory.actor(directory.officers[_code(row.officer)][0], at)
    history.event(kind, by=by, at=at, subject=row, audience=opened)


def _load_assets(
    directory: Directory, history: History, agency: Agency, by: Actor
) -> None:
    """Load an agency's assets; partners in patrols see what may be of use to them."""
    rng = directory.rng
    at = directory.now - timedelta(days=90)
    pacts = directory.pacts_of(agency.code, "patrol", directory.now)
    shared = [
        Sharing(
            f"agreement:{pact.code}",
            at=max(at, pact.present(directory.now)[agency.code].joined_at),
        )
        for pact in pacts
    ]
    stations = directory.posts[agency.code]
    for number, kind in enumerate(_FLEET, 1):
        name, seats = _MODELS[kind][number % len(_MODELS[kind])]
        bands = _BANDS[agency.code[:2]] if kind == AssetKind.RADIO else [""]
        row = Asset(
            owner=agency,
            author_id=by.officer_id,
            code=f"{kind.value[:2].upper()}-{number:02}",
            name=name,
            kind=kind,
            status=rng.choices(list(AssetStatus), [12, 3, 2, 1])[0],
            plate=f"{rng.randint(10, 99)} {rng.randint(100, 999)} BG"
            if kind == AssetKind.VEHICLE
            else "",
            serial=f"{rng.randrange(16**6):06X}" if kind != AssetKind.DOG else "",
            seats=seats,
            post=stations[number % len(stations)] if stations else None,
            bands=[band.as_json() for band in parse(bands[number % len(bands)])],
            tlp="green",
        )
        is_shared = kind == AssetKind.RADIO or rng.random() < 0.6
        history.own(
            row,
            kind=Kind.ASSET_CREATED,
            by=by,
            at=at,
            shared=shared if is_shared else [],
        )
        if rng.random() < 0.25:
            _maintain(directory, history, row, by)


def _maintain(directory: Directory, history: History, row: Asset, by: Actor) -> None:
    rng = directory.rng
    starts_at = directory.now + timedelta(days=rng.uniform(-2, 20))
    planned = Maintenance(
        asset=row,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=rng.choice([1, 3, 7])),
        reason=rng.choice(_REASONS),
        created_at=directory.now - timedelta(days=3),
        updated_at=directory.now - timedelta(days=3),
    )
    history.child(planned, row.stored_audience)
    history.event(
        Kind.MAINTENANCE_PLANNED,
        by=by,
        at=directory.now - timedelta(days=3),
        subject=row,
    )


def _code(officer: Officer) -> str:
    return officer.agency.code if officer.agency else ""

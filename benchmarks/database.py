"""The databases to measure on: built once for each size, and kept.

The small world of ``tests/world.py`` is built by actions, with places, programmes and
two thousand officers more; the mass of the rows by one SQL script (``rows.sql``),
with indexes and foreign keys made afterwards. A kept database is built anew when the
script, a migration or this file changes, and after a week: what is "lately" moves on.
"""

import hashlib
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import LineString, MultiPolygon, Polygon
from psycopg2.extras import execute_values

from agencies.actions import accounts
from agencies.audiences import officer_audience
from agencies.context import acting, system
from agencies.models import Agency, Agreement, Officer, State
from agencies.policy import Role
from benchmarks.system import System, say
from patrols import actions as patrols
from patrols.cells import cell_at
from tests.database import cursor_in, drop, in_use, keeping, statement
from tests.stack import ROOT
from tests.world import DUTY, PASSWORD, World

HERE = Path(__file__).resolve().parent
ROWS = HERE / "rows.sql"
KEEP = timedelta(days=7)
PLACES = 20_000
# Officers on watch, half in each agency of the agreement: a socket each.
WATCH = 2_100
# Beside the migrations: the small world, and the row policies.
SOURCES = ["tests/world.py", "agencies/policy/seeing.py"]
# The tables that the script fills.
FILLED = [
    "patrols_patrol",
    "incidents_incident",
    "incidents_acknowledgement",
    "intel_report",
    "agencies_release",
    "patrols_fix",
    "live_event",
]
# And those to which its rows point.
READ_TOO = [
    "agencies_officer",
    "agencies_agreement",
    "patrols_programme",
    "patrols_route",
    "patrols_zone",
]


def name_of(rows: int) -> str:
    """Return the name of the kept database with so many incidents."""
    return f"bench_{rows}"


def ensure(rows: int) -> str:
    """Build the kept database of a size unless it is there; return its name."""
    name = name_of(rows)
    with keeping(name, _is_good, lambda: _build(name, rows)):
        return name


def _is_good(mark: str) -> bool:
    """Whether a database is as it would be built now, and not too old."""
    made, _space, at = mark.partition(" ")
    return made == _fingerprint() and time.time() - float(at) < KEEP.total_seconds()


def _build(name: str, rows: int) -> str:
    began = time.monotonic()
    say(f"building {name}")
    with System(name) as stack:
        stack.start_redis()
        stack.make_database()
        with stack.database():
            _settle(stack.world)
            _fill(rows)
    say(f"built {name} in {time.monotonic() - began:.0f} s")
    return f"{_fingerprint()} {time.time():.0f}"


def copy(rows: int, name: str) -> str:
    """Make a database to write to, a copy of the kept one; return its name."""
    kept = name_of(rows)
    drop(name)
    with keeping(kept, _is_good, lambda: _build(kept, rows)):
        statement(f"CREATE DATABASE {name} TEMPLATE {kept}")
    return name


def _fingerprint() -> str:
    """Return what the kept databases depend on, in short."""
    files = [ROWS, Path(__file__), *(ROOT / name for name in SOURCES)]
    files += sorted(ROOT.glob("*/migrations/0*.py"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:16]


def _settle(small: World) -> None:
    """Add what years of use would: an agency, a watch, places and programmes."""
    with acting(small.admin):
        State.objects.get_or_create(code="TM", defaults={"name": "TM"})
        narrow = Agency.objects.create(
            code="TM-BS", name="TM-BS", kind="border_guard", state_id="TM"
        )
        small.officers["narrow"] = accounts.create_officer(
            username="narrow",
            password=PASSWORD,
            agency=narrow,
            name="Narrow",
            clearance=3,
            roles=DUTY,
            by=small.admin,
        )
    with system("benchmark"):
        Officer.objects.bulk_create(_watch(small))
    for code, officer, agreement in [
        ("KG-BS", "owner", small.agreement),
        ("TJ-BT", "partner", small.agreement),
        ("UZ-BT", "late", small.other_agreement),
        ("KZ-BS", "outsider", small.other_agreement),
    ]:
        by = small.actor(officer)
        with acting(by):
            _places(by, code, agreement)


def _watch(small: World) -> Iterator[Officer]:
    for n in range(WATCH):
        agency = small.agencies[("KG-BS", "TJ-BT")[n % 2]]
        officer = Officer(
            username=f"watch-{n:04d}",
            name=f"Watch {n}",
            rank="watch",
            agency=agency,
            clearance=3 * (n // 2 % 2),
            roles=[Role.CREW],
        )
        officer.set_unusable_password()
        officer.open_to(officer_audience(officer))
        yield officer


def _places(by: Any, code: str, agreement: Agreement) -> None:
    shared = [f"agreement:{agreement.code}"]
    for n in range(8):
        west, south = 70.05 + n * 0.15, 39.6 + n * 0.1
        box = Polygon.from_bbox((west, south, west + 0.14, south + 0.09))
        box.srid = 4326
        line = LineString((west, south), (west + 0.1, south + 0.08), srid=4326)
        # Every fourth place is shown to nobody else.
        release_to = shared if n % 4 else []
        zone = patrols.create_zone(
            by=by,
            code=f"{code}-Z{n}",
            name=f"Zone {n}",
            area=MultiPolygon(box, srid=4326),
            release_to=release_to,
        )
        route = patrols.create_route(
            by=by,
            code=f"{code}-R{n}",
            name=f"Route {n}",
            line=line,
            release_to=release_to,
        )
        if n % 4:
            patrols.create_programme(
                by=by,
                agreement=agreement,
                code=f"{code}-P{n}",
                name=f"Programme {n}",
                zone=zone,
                route=route,
                recurrence="FREQ=DAILY",
                first_on=date(2021, 1, 1),
                start_time=clock(6),
                time_zone="UTC",
                duration=timedelta(hours=8),
                entitlements={code: 1},
            )


def _fill(rows: int) -> None:
    """Run the script as the owner, without row security, indexes and references."""
    with cursor_in(in_use()) as cursor:
        cursor.execute(
            "SET synchronous_commit = off; SET maintenance_work_mem = '1GB';"
            "SET work_mem = '256MB'; SET statement_timeout = 0; SET lock_timeout = 0;"
        )
        for table in FILLED + READ_TOO:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        _scatter(cursor)
        with _bare(cursor):
            cursor.execute(ROWS.read_text(), {"rows": rows})
        for table in FILLED + READ_TOO:
            cursor.execute(
                "SELECT relrowsecurity FROM pg_class WHERE relname = %s", [table]
            )
            if cursor.fetchone()[0]:
                cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute("VACUUM ANALYZE")


def _scatter(cursor: Any) -> None:
    """Draw places around two hundred spots of the border, the same every time."""
    dice = random.Random(7)
    spots = [(dice.uniform(67, 75), dice.uniform(37.5, 42.5)) for _ in range(200)]
    rows = []
    for n in range(PLACES):
        east, north = spots[n % len(spots)]
        place = (dice.gauss(east, 0.15), dice.gauss(north, 0.1))
        rows.append((n, *place, cell_at(*place)))
    cursor.execute(
        "CREATE TEMP TABLE bench_place"
        " (n int PRIMARY KEY, longitude float8, latitude float8, cell int8)"
    )
    execute_values(cursor, "INSERT INTO bench_place VALUES %s", rows)
    cursor.execute("ANALYZE bench_place")


@contextmanager
def _bare(cursor: Any) -> Iterator[None]:
    """Take indexes, keys and references off the tables; put them on again after."""
    cursor.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE conrelid::regclass::text = ANY (%s) AND contype IN ('f', 'p', 'u')
        ORDER BY contype = 'f' DESC
        """,
        [FILLED],
    )
    keys = cursor.fetchall()
    cursor.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid::regclass::text = ANY (%s) AND NOT EXISTS (
            SELECT FROM pg_constraint
            WHERE conindid = indexrelid AND contype IN ('p', 'u')
        )
        """,
        [FILLED],
    )
    indexes = cursor.fetchall()
    # References from other tables to these keys go with them (CASCADE) and come back.
    cursor.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE contype = 'f' AND confrelid::regclass::text = ANY (%s)
        AND NOT conrelid::regclass::text = ANY (%s)
        """,
        [FILLED, FILLED],
    )
    keys = cursor.fetchall() + keys
    for table, name, _made in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _made in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, made in indexes:
        cursor.execute(made)
    for table, name, made in reversed(keys):
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {made}')

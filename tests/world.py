"""The small world: who owns, who shares, who came late, who is outside.

KG-BS owns; TJ-BT is its partner in the agreement KG-TJ; UZ-BT joins later when a
test says so; KZ-BS stands outside and has an agreement of its own with UZ-BT.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from oauth2_provider.models import get_access_token_model

from agencies.accounts import actor_of, actor_of_token
from agencies.actions import accounts, agreements
from agencies.context import acting, system
from agencies.models import Agency, Agreement, Client, Officer, State
from agencies.policy import Actor, Role

PASSWORD = "a long pass phrase 7"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PLACE = Point(70.6, 40.1, srid=4326)
AREA = MultiPolygon(Polygon.from_bbox((70.0, 39.5, 71.5, 40.8)), srid=4326)
DUTY = [
    Role.LIAISON,
    Role.PLANNER,
    Role.COMMANDER,
    Role.ANALYST,
]
PEOPLE = [
    ("owner", "KG-BS", 3, DUTY),
    ("owner_low", "KG-BS", 0, DUTY),
    ("owner_admin", "KG-BS", 3, [Role.AGENCY_ADMIN]),
    ("owner_observer", "KG-BS", 0, [Role.OBSERVER]),
    ("partner", "TJ-BT", 3, DUTY),
    ("partner_low", "TJ-BT", 0, DUTY),
    ("late", "UZ-BT", 3, DUTY),
    ("outsider", "KZ-BS", 3, DUTY),
]


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own hashes, which the processes understand, with few rounds."""

    iterations = 1000


QUICK_HASHERS = [f"{QuickHasher.__module__}.{QuickHasher.__name__}"]


@dataclass
class World:
    """Names in the small world; actors are read anew at every use."""

    admin_officer: Officer
    agencies: dict[str, Agency]
    officers: dict[str, Officer]
    agreement: Agreement
    other_agreement: Agreement

    def actor(self, name: str) -> Actor:
        """Return an officer's actor with the keys of this moment."""
        with system("authentication"):
            officer = Officer.objects.select_related("agency").get(
                pk=self.officers[name].pk
            )
            return actor_of(officer)

    @property
    def admin(self) -> Actor:
        """The platform administrator."""
        with system("authentication"):
            return actor_of(self.admin_officer)

    @property
    def owner(self) -> Actor:
        """An officer of KG-BS with every duty and full clearance."""
        return self.actor("owner")

    @property
    def owner_low(self) -> Actor:
        """An officer of KG-BS without clearance."""
        return self.actor("owner_low")

    @property
    def partner(self) -> Actor:
        """An officer of TJ-BT, party to KG-TJ."""
        return self.actor("partner")

    @property
    def partner_low(self) -> Actor:
        """An officer of TJ-BT without clearance."""
        return self.actor("partner_low")

    @property
    def late(self) -> Actor:
        """An officer of UZ-BT, which is no party to KG-TJ yet."""
        return self.actor("late")

    @property
    def outsider(self) -> Actor:
        """An officer of KZ-BS, which shares nothing with KG-BS."""
        return self.actor("outsider")

    @property
    def everybody(self) -> dict[str, Actor]:
        """All actors by name."""
        return {"admin": self.admin} | {n: self.actor(n) for n in self.officers}

    def join(self, agency: str) -> None:
        """Let an agency join KG-TJ."""
        with acting(self.admin):
            agreements.join(
                agreement=self.agreement, agency=self.agencies[agency], by=self.admin
            )

    def leave(self, agency: str) -> None:
        """End an agency's membership of KG-TJ."""
        with acting(self.admin):
            agreements.leave(
                agreement=self.agreement, agency=self.agencies[agency], by=self.admin
            )

    def client(self, agency: str, *scopes: str, clearance: int = 3) -> Client:
        """Create an API client; its secret is ``secret``."""
        return Client.objects.create(
            name=f"{agency} system",
            agency=self.agencies[agency],
            clearance=clearance,
            client_secret="secret",
            client_type=Client.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
            allowed_scopes=list(scopes) or ALL_SCOPES,
        )

    def client_actor(self, client: Client) -> Actor:
        """Return a client's actor with all its scopes."""
        token = secrets.token_hex()
        get_access_token_model().objects.create(
            application=client,
            token=token,
            scope=" ".join(client.allowed_scopes),
            expires=soon(),
        )
        actor = actor_of_token(token)
        assert actor
        return actor


ALL_SCOPES = [
    "agencies:read",
    "patrols:read",
    "patrols:write",
    "incidents:read",
    "incidents:write",
    "reports:read",
    "reports:write",
    "resources:read",
    "resources:write",
    "events:read",
    "webhooks:read",
    "webhooks:write",
]


def build() -> World:
    """Build the small world through actions."""
    admin_officer = accounts.first_administrator(username="admin", password=PASSWORD)
    with system("authentication"):
        admin = actor_of(admin_officer)
    agencies = {}
    for code, state, zone in [
        ("KG-BS", "KG", "Asia/Bishkek"),
        ("TJ-BT", "TJ", "Asia/Dushanbe"),
        ("UZ-BT", "UZ", "Asia/Tashkent"),
        ("KZ-BS", "KZ", "Asia/Almaty"),
    ]:
        State.objects.get_or_create(code=state, defaults={"name": state})
        agencies[code] = Agency.objects.create(
            code=code, name=code, kind="border_guard", state_id=state, time_zone=zone
        )
    officers = {}
    with acting(admin):
        for name, agency, clearance, roles in PEOPLE:
            officers[name] = accounts.create_officer(
                username=name,
                password=PASSWORD,
                agency=agencies[agency],
                name=name.title(),
                clearance=clearance,
                roles=roles,
                by=admin,
            )
        day = date(2020, 1, 1)
        agreement = agreements.create_agreement(
            code="KG-TJ",
            name="Joint patrols of KG and TJ",
            signed_on=day,
            in_force_from=day,
            purposes=["patrol", "incident", "intelligence"],
            area=AREA,
            max_crossing_m=100_000,
            parties={agencies["KG-BS"]: 2, agencies["TJ-BT"]: 1},
            by=admin,
        )
        other = agreements.create_agreement(
            code="KZ-UZ",
            name="Joint patrols of KZ and UZ",
            signed_on=day,
            in_force_from=day,
            purposes=["patrol"],
            parties={agencies["KZ-BS"]: 1, agencies["UZ-BT"]: 1},
            by=admin,
        )
    return World(admin_officer, agencies, officers, agreement, other)


def standing() -> World:
    """Return the small world that the database in use was made with."""
    with system("test"):
        officers = {o.username: o for o in Officer.objects.select_related("agency")}
        agreements = {a.code: a for a in Agreement.objects.all()}
        return World(
            officers["admin"],
            {agency.code: agency for agency in Agency.objects.all()},
            {name: officers[name] for name, *_ in PEOPLE},
            agreements["KG-TJ"],
            agreements["KZ-UZ"],
        )


def soon(hours: float = 1) -> datetime:
    """Return a time some hours ahead of the clock."""
    return datetime.now(UTC) + timedelta(hours=hours)

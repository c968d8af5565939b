"""The small world and its oracle side by side: what is done in one is told the other.

Every step goes through the real actions. A step that is refused must be refused for
a reason that the rules name: what the oracle says is hidden is "not found", whatever
is tried with it; what is seen but owned by others is "not the owner's".
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import date
from typing import Any, Self
from uuid import UUID

from django.db import connection
from django.test import Client as Browser

from agencies.actions import accounts, agreements, personnel
from agencies.context import acting, system
from agencies.errors import Refused
from agencies.models import Agreement, Client, Officer, Party, State
from agencies.policy import Actor
from agencies.records import guarded_models, record_model
from agencies.tasks import end_expired_releases
from tests.api.http import token_of
from tests.leaks import facts
from tests.leaks.facts import Person
from tests.leaks.oracle import Oracle
from tests.world import DUTY, PASSWORD, World, soon

# All refusals that the rules name; another would say that something is hidden.
OTHER_REFUSALS = {
    "agreement_forbids", "agreement_needed", "already_assigned", "already_party",
    "closed", "level_too_high", "no_tear_line", "not_a_party", "not_lead", "not_open",
    "not_released", "party_left", "red_by_author", "red_needs_author",
    "tear_line_empty", "tlp_forbids", "unknown_grantee", "unknown_zone", "wrong_state",
    "permission", "not_participant", "is_tear_line", "not_under_way", "not_owner",
    "lead_not_participant", "not_found", "not_asked", "no_question", "second_party",
}  # fmt: skip
ANY: Any = ()


class Ground:
    """The world, the oracle, and how to act on both."""

    def __init__(self, world: World) -> None:
        """Take over the small world as it was built."""
        self.world = world
        self.clients: dict[str, Client] = {}
        self.oracle = Oracle()
        self.oracle.people["admin"] = Person(
            "admin", world.admin_officer.pk, None, 0, {"platform_admin"}
        )
        for name, officer in world.officers.items():
            self.oracle.people[name] = Person(
                name,
                officer.pk,
                officer.agency.code if officer.agency else None,
                officer.clearance,
                set(officer.roles),
            )
        for agreement in (world.agreement, world.other_agreement):
            self.note_agreement(agreement)

    def note_agreement(self, agreement: Agreement) -> None:
        """Tell the oracle of an agreement and its first parties."""
        noted = facts.Agreement(agreement.pk, agreement.max_tlp)
        self.oracle.agreements[agreement.code] = noted
        with system("test"):
            rows = Party.objects.filter(agreement=agreement).select_related("agency")
            noted.parties = [(row.agency.code, row.pk, 0, None) for row in rows]

    def branch(self) -> Self:
        """Return a town that goes on from here by itself; the database is shared."""
        town = type(self).__new__(type(self))
        town.world, town.clients = self.world, dict(self.clients)
        town.oracle = deepcopy(self.oracle)
        return town

    # --- who acts -------------------------------------------------------------

    def actor(self, name: str) -> Actor:
        """Return a person's actor with the keys of this moment."""
        if name in self.clients:
            return self.world.client_actor(self.clients[name])
        return self.world.admin if name == "admin" else self.world.actor(name)

    def everybody(self) -> dict[str, Actor]:
        """All actors by name."""
        return {name: self.actor(name) for name in self.oracle.people}

    def add_client(self, name: str, agency: str, clearance: int) -> Client:
        """Let an agency's system take part."""
        client = self.world.client(agency, clearance=clearance)
        self.clients[name] = client
        self.oracle.people[name] = Person(name, None, agency, clearance, is_system=True)
        return client

    def browser(self, name: str) -> Browser:
        """Return an officer's browser with a session, or a system's with a token."""
        if name in self.clients:
            token = token_of(self.clients[name])
            browser = Browser(headers={"Authorization": f"Bearer {token}"})
            browser.token = token  # type: ignore[attr-defined]
            return browser
        browser = Browser()
        with system("test"):
            browser.force_login(
                Officer.objects.get(pk=self.oracle.people[name].id),
                backend="agencies.authentication.OfficerBackend",
            )
        return browser

    def browsers(self) -> dict[str, Browser]:
        """Return one for everybody."""
        return {name: self.browser(name) for name in self.oracle.people}

    def do(
        self,
        name: str,
        act: Callable[[Actor], Any],
        *,
        on: UUID | None = None,
        is_for_owner: bool = False,
        must: bool = False,
    ) -> Any:
        """Try something as a person; return what it returned, or None if refused.

        ``on`` is the record that it is about.
        """
        by = self.actor(name)
        is_seen = on is None or self.oracle.sees(name, self.type_of(on), on)
        is_theirs = on is None or self.oracle.owns(name, on)
        is_let = is_seen and (is_theirs or not is_for_owner)
        code = ""
        try:
            with acting(by):
                made = act(by)
        except Refused as refusal:
            made, code = None, refusal.code
        assert is_let or code, f"{name} acted on {on}, which is not theirs to act on"
        assert not (must and code), code
        if not is_seen:
            assert code == "not_found", (name, code)
        elif not is_let:
            assert code in {"not_owner", "permission"}, (name, code)
        assert not code or code in OTHER_REFUSALS, (name, code)
        return ANY if made is None and not code else made

    def type_of(self, record: UUID) -> str:
        """Return a record's type."""
        return self.oracle.sheets[record].type

    def named(self, rows: Iterable[UUID]) -> list[Any]:
        """Return what some rows are, for a message."""
        ids = self.oracle.ids()
        kinds = {pk: kind for kind, found in ids.items() for pk in found}
        return [(kinds[pk], pk, self.oracle.sheets.get(pk)) for pk in sorted(rows)]

    def row(self, record: UUID) -> Any:
        """Return a record as it stands, whoever may see it."""
        kind = self.type_of(record)
        with system("test"):
            return record_model(kind)._base_manager.get(pk=record)

    # --- time, agreements, officers -------------------------------------------

    def pass_time(self, hours: int) -> None:
        """Let hours pass: what ends by itself moves that much nearer, everywhere.

        PostgreSQL's clock cannot be set; so the ends move instead of the clock.
        """
        with system("test"), connection.cursor() as cursor:
            for model in guarded_models():
                cursor.execute(
                    f'UPDATE "{model._meta.db_table}" SET expiring = (SELECT'
                    " jsonb_object_agg(key, value::float8 - %s) FROM"
                    " jsonb_each_text(expiring)) WHERE expiring IS NOT NULL",
                    [hours * 3600],
                )
            cursor.execute(
                "UPDATE agencies_release SET expires_at = expires_at"
                " - make_interval(hours => %s) WHERE expires_at IS NOT NULL",
                [hours],
            )
        self.oracle.hour += hours

    def sweep(self) -> None:
        """Run the schedule that writes what has expired."""
        end_expired_releases()
        for grant in self.oracle.grants.values():
            if not self.oracle.is_live(grant) and not grant.is_ended:
                grant.is_ended = True
                self.oracle.follow(grant.record)

    def join(self, agreement: str, agency: str) -> None:
        """Let an agency join an agreement."""
        noted = self.oracle.agreements[agreement]
        given = {"agreement": self._agreement(noted.id), **self._named_agency(agency)}
        party = self.do("admin", lambda by: agreements.join(by=by, **given))
        assert (party is None) == (noted.joined(agency) is not None)
        if party is not None:
            noted.parties.append((agency, party.pk, self.oracle.next_tick(), None))

    def leave(self, agreement: str, agency: str) -> None:
        """End an agency's membership."""
        noted = self.oracle.agreements[agreement]
        given = {"agreement": self._agreement(noted.id), **self._named_agency(agency)}
        party = self.do("admin", lambda by: agreements.leave(by=by, **given))
        assert (party is None) == (noted.joined(agency) is None)
        if party is not None:
            n = next(n for n, row in enumerate(noted.parties) if row[1] == party.pk)
            noted.parties[n] = (*noted.parties[n][:3], self.oracle.next_tick())

    def _named_agency(self, code: str) -> dict[str, Any]:
        return {"agency": self.world.agencies[code]}

    def _agreement(self, pk: UUID) -> Agreement:
        with system("test"):
            return Agreement.objects.get(pk=pk)

    def add_agreement(self, code: str, agencies: list[str], max_tlp: str) -> None:
        """Let some agencies sign an agreement."""
        day = date(2020, 1, 1)
        made = self.do("admin", lambda by: agreements.create_agreement(
            code=code, name=code, signed_on=day, in_force_from=day, max_tlp=max_tlp,
            purposes=["patrol", "incident"], by=by,
            parties={self.world.agencies[a]: 1 for a in agencies},
        ), must=True)  # fmt: skip
        self.note_agreement(made)

    def add_officer(
        self, name: str, agency: str, clearance: int, roles: Any = DUTY
    ) -> None:
        """Open an account."""
        made: Officer = self.do("admin", lambda by: accounts.create_officer(
            username=name, password=PASSWORD, name=name, roles=list(roles),
            agency=self.world.agencies[agency], clearance=clearance, by=by,
        ), must=True)  # fmt: skip
        self.world.officers[name] = made
        self.oracle.people[name] = Person(name, made.pk, agency, clearance, set(roles))

    def change_officer(self, name: str, clearance: int, is_active: bool) -> None:
        """Change an officer's clearance, or lock them out."""
        with system("test"):
            officer = Officer.objects.get(pk=self.world.officers[name].pk)
        self.do("admin", lambda by: accounts.change_officer(
            officer=officer, by=by, clearance=clearance, is_active=is_active
        ), must=True)  # fmt: skip
        person = self.oracle.people[name]
        person.clearance, person.is_active = clearance, is_active

    def keep(self, name: str, by: str) -> None:
        """Let a colleague enter an absence of an officer, and a paper of each kind."""
        officer = self.world.officers[name]
        for made in (
            self.do(by, lambda by: personnel.enter_absence(
                officer=officer, kind="leave", starts_at=soon(1), ends_at=soon(30),
                by=by,
            ), must=True),
            self.do(by, lambda by: personnel.certify(
                officer=officer, name="First aid", by=by
            ), must=True),
            self.do(by, lambda by: personnel.authorise(
                officer=officer, territory=State.objects.get(code="KG"),
                valid_from=date(2026, 1, 1), authority="A", by=by,
            ), must=True),
        ):  # fmt: skip
            self.oracle.papers[made.pk] = (made.type_name(), name)

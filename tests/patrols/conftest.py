"""Callers of the API and readers of the pages, one per officer of the small world."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from agencies.context import system
from patrols.models import Zone
from tests.world import World

BACKEND = "agencies.authentication.OfficerBackend"
# An area as the map on a form sends it.
SQUARE = json.dumps(
    {
        "type": "Feature",
        "properties": {},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[70.2, 39.8], [70.9, 39.8], [70.9, 40.4], [70.2, 39.8]]],
        },
    }
)


@dataclass
class Caller:
    """One officer, logged in."""

    client: Client

    def get(self, path: str, **query: Any) -> Any:
        """Read a path of the API."""
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Post JSON to a path of the API."""
        return self.client.post(
            f"/api/v1/{path}", body or {}, "application/json", headers=headers
        )

    def patch(self, path: str, body: Any, version: int | None = None) -> Any:
        """Change something; ``version`` goes into ``If-Match``."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.patch(
            f"/api/v1/{path}", body, "application/json", headers=headers
        )

    def delete(self, path: str) -> Any:
        """Delete something."""
        return self.client.delete(f"/api/v1/{path}")

    def page(self, path: str, **query: Any) -> Any:
        """Open a page."""
        return self.client.get(path, query)

    def send(self, path: str, **values: Any) -> Any:
        """Send a form."""
        return self.client.post(path, values)


@dataclass
class Callers:
    """Everybody in the small world, by name."""

    world: World

    def __getattr__(self, name: str) -> Caller:
        """Log an officer in."""
        client = Client()
        with system("log in"):
            client.force_login(self.world.officers[name], backend=BACKEND)
        caller = Caller(client)
        setattr(self, name, caller)
        return caller


@pytest.fixture
def callers(world: World) -> Callers:
    """Return everybody, logged in on first use."""
    return Callers(world)


def code_of(response: Any) -> str:
    """Return the code of a refusal."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return str(response.json()["code"])


def faults(response: Any) -> dict[str, str]:
    """Return the codes of a refusal's faults by pointer."""
    return {e["pointer"]: e["code"] for e in response.json().get("errors", [])}


def programme_form(zone: Zone, **values: Any) -> dict[str, Any]:
    """Return what a planner sends."""
    return {
        "code": "P-1",
        "name": "Two a week",
        "agreement": "KG-TJ",
        "purpose": "patrol",
        "zone": str(zone.pk),
        "repeats": "weekly",
        "interval": "1",
        "weekdays": ["MO", "TH"],
        "first_on": "2026-01-01",
        "start_time": "06:30",
        "time_zone": "Asia/Bishkek",
        "duration": "8",
        "horizon_days": "28",
        "consent_days": "7",
        "tlp": "amber",
        "level": "0",
        "weight_KG-BS": "2",
        "weight_TJ-BT": "1",
    } | values

"""Writing down how to get in: ``var/demo.json``, for people and the simulator."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from agencies.models import Agency, Client
from agencies.policy import Role
from demo import cast
from demo.agencies import load_clients

DEFAULT_FILE = Path(settings.BASE_DIR) / "var" / "demo.json"


def write(path: Path) -> None:
    """Write URL, accounts and clients.

    The clients that stand there are kept when they are this database's; otherwise
    they get new secrets, for the old ones are stored as hashes only. The URL is
    always the present one: the port may have changed.
    """
    clients = _known_clients(path)
    if not clients:
        agencies = {agency.code: agency for agency in Agency.objects.all()}
        with transaction.atomic():
            clients = load_clients(agencies)
    for client in clients:
        client["token_url"] = f"{settings.PUBLIC_URL}/oauth/token/"
    access = {"url": settings.PUBLIC_URL, "accounts": accounts(), "clients": clients}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
    with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as out:
        json.dump(access, out, indent=2)
        out.write("\n")
    fresh.replace(path)


def accounts() -> list[dict[str, Any]]:
    """Return every account that the demonstration has, the administrator first."""
    found = [_account("admin", None, [Role.PLATFORM_ADMIN])]
    for agency, people in cast.PEOPLE.items():
        for username, _name, _rank, duty in people:
            found.append(_account(username, agency, cast.DUTIES[duty][0]))
    return found


def _account(username: str, agency: str | None, roles: Any) -> dict[str, Any]:
    return {
        "username": username,
        "password": cast.PASS_PHRASE,
        "agency": agency,
        "roles": [str(role) for role in roles],
    }


def _known_clients(path: Path) -> list[dict[str, Any]]:
    """Return the clients in the file, if this database knows them all."""
    try:
        clients = json.loads(path.read_text(encoding="utf-8"))["clients"]
        ids = {client["client_id"] for client in clients}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    known = Client.objects.filter(client_id__in=ids).count()
    return list(clients) if ids and known == len(ids) else []

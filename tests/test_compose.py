"""The containers run what the demo runs, as nobody special."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Third-party images, with commands and users of their own.
BOUGHT = {"db", "redis"}
OURS = sorted(set(SERVICES) - BOUGHT)


def test_the_same_processes_with_the_same_commands() -> None:
    procfile = dict(
        line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines()
    )
    assert all(command == f"bin/run {name}" for name, command in procfile.items())
    # The simulator moves the demo's world; containers are not for the demo.
    assert set(OURS) == set(procfile) - {"simulator"} | {"migrate"}
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert dockerfile.count('ENTRYPOINT ["bin/run"]') == 2
    for name in set(OURS) - {"proxy"}:
        assert SERVICES[name]["command"] == [name]
    assert "bin/run" in dockerfile
    assert 'CMD ["proxy"]' in dockerfile or '"bin/run", "proxy"' in dockerfile


def test_bin_run_knows_every_command() -> None:
    script = (ROOT / "bin/run").read_text()
    for name in OURS:
        assert f"{name})" in script or f" {name} " in script or f"{name} |" in script


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service.get("user") not in ("root", "0")
    if name in BOUGHT:
        assert service["user"]


def test_our_images_run_as_nobody_special() -> None:
    users = [
        line.split()[1]
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("USER ")
    ]
    assert users
    assert not {"root", "0"} & set(users)


@pytest.mark.parametrize("name", ["db", "redis", "web", "live", "proxy"])
def test_what_others_wait_for_tells_its_health(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)


def test_nothing_starts_before_what_it_needs() -> None:
    for name in ("web", "live", "worker", "beat", "sequencer"):
        after = SERVICES[name]["depends_on"]
        assert after["migrate"]["condition"] == "service_completed_successfully"
        assert after["redis"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_secrets_are_files_and_only_the_proxy_has_a_door() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("SECRET", "PASSWORD", "DATABASE")):
                assert str(value).startswith("/run/secrets/"), (name, key)
    assert [name for name, s in SERVICES.items() if "ports" in s] == ["proxy"]
    assert SERVICES["proxy"]["ports"][0].startswith("127.0.0.1:")
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert SERVICES["db"]["networks"] == ["back"]


def test_the_owners_password_is_for_migrations_only() -> None:
    for name in set(OURS) - {"migrate"}:
        assert "database_owner_url" not in SERVICES[name].get("secrets", [])

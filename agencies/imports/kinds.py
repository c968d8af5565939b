"""The kinds of files: what their rows are, how they are found and written."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from agencies.actions import assets, personnel
from agencies.forms.rows import AbsenceRow, AssetRow, AuthorisationRow, CertificationRow
from agencies.imports.table import Table
from agencies.models import (
    Absence,
    Agreement,
    Asset,
    Authorisation,
    Certification,
    Post,
    certification_code,
)
from agencies.policy import Permission


class Absences(Table):
    """Absences that were not cancelled."""

    model = Absence
    form = AbsenceRow
    columns = ["officer", "kind", "starts_at", "ends_at", "note"]
    identity = ["officer", "kind", "starts_at"]
    needed = ["officer", "kind", "starts_at", "ends_at"]

    def rows(self) -> QuerySet[Any]:
        """Return colleagues' absences."""
        rows = Absence.objects.visible_to(self.by).filter(cancelled_at=None)
        return rows.select_related("officer").order_by("starts_at", "id")

    def stored(self, row: Any) -> dict[str, Any]:
        """Return an absence's values."""
        return {name: getattr(row, name) for name in self.columns}

    def create(self, values: dict[str, Any]) -> None:
        """Enter an absence."""
        personnel.enter_absence(by=self.by, **values)

    def change(self, row: Any, values: dict[str, Any]) -> None:
        """Change an absence."""
        personnel.change_absence(absence=row, by=self.by, **values)


class Certifications(Table):
    """Certifications that were not revoked."""

    model = Certification
    form = CertificationRow
    columns = ["officer", "name", "valid_from", "expires_on", "authority"]
    identity = ["officer", "name"]
    needed = ["officer", "name"]

    def rows(self) -> QuerySet[Any]:
        """Return colleagues' certifications."""
        rows = Certification.objects.visible_to(self.by).in_force()
        return rows.select_related("officer").order_by("officer__username", "name")

    def stored(self, row: Any) -> dict[str, Any]:
        """Return a certification's values."""
        return {name: getattr(row, name) for name in self.columns}

    def key(self, values: Mapping[str, Any]) -> Any:
        """Tell certifications apart by their codes."""
        return values["officer"], certification_code(values["name"])

    def create(self, values: dict[str, Any]) -> None:
        """Enter a certification."""
        personnel.certify(by=self.by, **values)

    def change(self, row: Any, values: dict[str, Any]) -> None:
        """Change or renew a certification."""
        personnel.change_certification(certification=row, by=self.by, **values)


class Authorisations(Table):
    """Authorisations that were not revoked."""

    model = Authorisation
    form = AuthorisationRow
    columns = [
        "officer", "territory", "valid_from", "expires_on", "agreement", "authority",
    ]  # fmt: skip
    identity = ["officer", "territory", "valid_from"]
    needed = ["officer", "territory", "valid_from"]

    def rows(self) -> QuerySet[Any]:
        """Return colleagues' authorisations."""
        rows = Authorisation.objects.visible_to(self.by).in_force()
        return rows.select_related("officer", "territory").order_by(
            "officer__username", "territory", "valid_from"
        )

    def stored(self, row: Any) -> dict[str, Any]:
        """Return an authorisation's values; an agreement of others is none."""
        seen = Agreement.objects.visible_to(self.by).filter(pk=row.agreement_id)
        values = {n: getattr(row, n) for n in self.columns if n != "agreement"}
        return values | {"agreement": seen.first() if row.agreement_id else None}

    def create(self, values: dict[str, Any]) -> None:
        """Enter an authorisation."""
        personnel.authorise(by=self.by, **values)

    def change(self, row: Any, values: dict[str, Any]) -> None:
        """Change or extend an authorisation."""
        personnel.change_authorisation(authorisation=row, by=self.by, **values)


class Assets(Table):
    """The agency's own assets."""

    model = Asset
    form = AssetRow
    permission = Permission.ASSET_KEEP
    columns = [
        "code", "name", "kind", "status", "plate", "serial", "seats", "bands", "post",
        "note", "tlp", "level",
    ]  # fmt: skip
    identity = ["code"]
    needed = ["code", "name", "kind"]

    def rows(self) -> QuerySet[Any]:
        """Return the agency's own assets."""
        return Asset.objects.visible_to(self.by).filter(owner=self.by.agency_id)

    def stored(self, row: Any) -> dict[str, Any]:
        """Return an asset's values; a post that is not seen is none."""
        seen = Post.objects.visible_to(self.by).filter(pk=row.post_id)
        values = {n: getattr(row, n) for n in self.columns if n != "post"}
        return values | {"post": seen.first() if row.post_id else None}

    def create(self, values: dict[str, Any]) -> None:
        """Register an asset."""
        assets.create_asset(by=self.by, **values)

    def change(self, row: Any, values: dict[str, Any]) -> None:
        """Change an asset."""
        assets.change_asset(asset=row, by=self.by, **values)


# By the name that their addresses begin with.
TABLES: dict[str, type[Table]] = {
    "absence": Absences,
    "certification": Certifications,
    "authorisation": Authorisations,
    "asset": Assets,
}

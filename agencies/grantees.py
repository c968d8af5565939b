"""From a grantee code such as ``agency:KG-BS`` to whom it names."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from agencies.errors import Invalid
from agencies.models import Agency, Agreement, Officer
from agencies.policy import TLP, Actor, GranteeKind
from agencies.records import Owned


@dataclass(frozen=True, slots=True)
class Grantee:
    """One agency, agreement or officer to whom a record is released."""

    kind: str
    agency: Agency | None = None
    agreement: Agreement | None = None
    officer: Officer | None = None

    @property
    def epoch(self) -> int:
        """The agreement's present epoch; 0 for the other kinds."""
        return self.agreement.epoch if self.agreement else 0

    @property
    def max_tlp(self) -> str | None:
        """The strictest TLP that the agreement covers; None for the other kinds."""
        return self.agreement.max_tlp if self.agreement else None

    @property
    def code(self) -> str:
        """The code that names the grantee, as in URLs and JSON."""
        name = ""
        if self.agency:
            name = self.agency.code
        elif self.agreement:
            name = self.agreement.code
        elif self.officer:
            name = self.officer.username
        return f"{self.kind}:{name}"

    def columns(self) -> dict[str, Any]:
        """Return the release's columns that name the grantee."""
        return {
            "grantee": self.code,
            "grantee_kind": self.kind,
            "agency": self.agency,
            "agreement": self.agreement,
            "officer": self.officer,
            "epoch": self.epoch,
        }


def resolve(code: str, *, by: Actor, pointer: str = "/grantee") -> Grantee:
    """Return whom a code names, among those that ``by`` may know of.

    An agreement of others and an officer unknown to ``by`` are answered exactly
    like a code that does not exist (leak vector L4).
    """
    kind, _colon, name = str(code).partition(":")
    try:
        if kind == GranteeKind.AGENCY:
            agency = Agency.objects.get(code=name)
            if agency.pk != by.agency_id:
                return Grantee(kind, agency=agency)
        elif kind == GranteeKind.AGREEMENT:
            if name in {m.agreement for m in by.memberships}:
                agreement = Agreement.objects.visible_to(by).get(code=name)
                return Grantee(kind, agreement=agreement)
        elif kind == GranteeKind.OFFICER:
            officer = Officer.objects.visible_to(by).get(username=name, is_active=True)
            return Grantee(kind, officer=officer)
    except (Agency.DoesNotExist, Agreement.DoesNotExist, Officer.DoesNotExist):
        pass
    raise Invalid(
        "unknown_grantee",
        _("No such grantee: agency:CODE, agreement:CODE or officer:USERNAME."),
        pointer=pointer,
    )


def refusal(tlp: str, kind: str, max_tlp: str | None = None) -> tuple[str, str] | None:
    """Return why a marking forbids a release, as code and words; None if it does not.

    ``max_tlp`` is the strictest TLP that the agreement covers, if it is one.
    """
    marked = TLP(tlp)
    if not marked.admits(kind):
        text = _("%(tlp)s does not allow a release to this grantee: %(limit)s.")
        return "tlp_forbids", text % {"tlp": marked.label, "limit": marked.limit}
    if max_tlp is not None and not marked.within(max_tlp):
        text = _("The agreement does not cover %(tlp)s, only %(max)s and wider.")
        words = {"tlp": marked.label, "max": TLP(max_tlp).label}
        return "agreement_forbids", text % words
    return None


def require_admitted(
    record: Owned, kind: str, max_tlp: str | None, *, pointer: str = "/grantee"
) -> None:
    """Refuse a release wider than the record's TLP or the agreement lets it be."""
    if found := refusal(record.tlp, kind, max_tlp):
        raise Invalid(*found, pointer=pointer)

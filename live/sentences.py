"""What the feed says of each kind of event, in the reader's language."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from live.kinds import Kind

NO_ID = "00000000-0000-0000-0000-000000000000"
# Types with a page of their own, by the name of its URL.
_PAGES = ["incident", "patrol", "report", "asset", "roster", "swap"]


def sentences() -> dict[str, str]:
    """Return the words for each kind; those that any type may have, without type."""
    return {
        Kind.OFFICER_CREATED: _("Officer added"),
        Kind.OFFICER_CHANGED: _("Officer changed"),
        Kind.AGREEMENT_CREATED: _("Agreement entered"),
        Kind.AGREEMENT_JOINED: _("An agency joined the agreement"),
        Kind.AGREEMENT_LEFT: _("An agency left the agreement"),
        Kind.POST_CREATED: _("Post added"),
        Kind.POST_CHANGED: _("Post changed"),
        Kind.ABSENCE_ENTERED: _("Absence entered"),
        Kind.ABSENCE_CHANGED: _("Absence changed"),
        Kind.ABSENCE_CANCELLED: _("Absence cancelled"),
        Kind.CERTIFICATION_ENTERED: _("Certification entered"),
        Kind.CERTIFICATION_CHANGED: _("Certification changed"),
        Kind.CERTIFICATION_REVOKED: _("Certification revoked"),
        Kind.CERTIFICATION_NOTICED: _("Certification runs out"),
        Kind.AUTHORISATION_ENTERED: _("Authorisation entered"),
        Kind.AUTHORISATION_CHANGED: _("Authorisation changed"),
        Kind.AUTHORISATION_REVOKED: _("Authorisation revoked"),
        Kind.AUTHORISATION_NOTICED: _("Authorisation runs out"),
        Kind.ASSET_CREATED: _("Asset added"),
        Kind.ASSET_CHANGED: _("Asset changed"),
        Kind.MAINTENANCE_PLANNED: _("Maintenance planned"),
        Kind.MAINTENANCE_ENDED: _("Maintenance ended"),
        Kind.ZONE_CREATED: _("Zone added"),
        Kind.ZONE_CHANGED: _("Zone changed"),
        Kind.ROUTE_CREATED: _("Route added"),
        Kind.ROUTE_CHANGED: _("Route changed"),
        Kind.CHECKPOINT_CREATED: _("Checkpoint added"),
        Kind.CHECKPOINT_CHANGED: _("Checkpoint changed"),
        Kind.PROGRAMME_CREATED: _("Programme set up"),
        Kind.PROGRAMME_CHANGED: _("Programme changed"),
        Kind.PATROL_PLANNED: _("Patrol planned"),
        Kind.PATROL_CHANGED: _("Patrol changed"),
        Kind.PATROL_PROPOSED: _("Patrol proposed"),
        Kind.PATROL_REDRAFTED: _("Patrol is a draft again"),
        Kind.CONSENT_ASKED: _("Consent asked again"),
        Kind.CONSENT_REMINDED: _("Your consent is awaited"),
        Kind.CONSENT_ACCEPTED: _("Patrol accepted by an agency"),
        Kind.CONSENT_REFUSED: _("Patrol refused by an agency"),
        Kind.CONSENT_COUNTERED: _("Counter-proposal for a patrol"),
        Kind.CONSENT_ADOPTED: _("Counter-proposal adopted"),
        Kind.CONSENT_LAPSED: _("No answer in time"),
        Kind.PATROL_AGREED: _("Patrol agreed"),
        Kind.PATROL_STARTED: _("Patrol started"),
        Kind.LEAD_OFFERED: _("Lead offered to another agency"),
        Kind.LEAD_DECLINED: _("Offer of the lead declined"),
        Kind.LEAD_WITHDRAWN: _("Offer of the lead taken back"),
        Kind.LEAD_HANDED_OVER: _("Lead handed over"),
        Kind.LEAD_SEIZED: _("Lead taken in an emergency"),
        Kind.PATROL_MOVED: _("Patrol moved"),
        Kind.PATROL_COMPLETED: _("Patrol completed"),
        Kind.PATROL_CANCELLED: _("Patrol cancelled"),
        Kind.ROSTER_REQUESTED: _("Roster asked for"),
        Kind.ROSTER_STOPPED: _("Roster stopped"),
        Kind.ROSTER_READY: _("Roster ready to publish"),
        Kind.ROSTER_FAILED: _("Roster failed"),
        Kind.ROSTER_PUBLISHED: _("Roster published"),
        Kind.ROSTER_SUPERSEDED: _("Roster superseded"),
        Kind.ASSIGNMENT_LOCKED: _("Assignment locked"),
        Kind.ASSIGNMENT_UNLOCKED: _("Assignment unlocked"),
        Kind.WISH_MADE: _("A colleague's wish for a patrol"),
        Kind.WISH_CHANGED: _("A wish was changed"),
        Kind.WISH_TAKEN_BACK: _("A wish was taken back"),
        Kind.SWAP_ASKED: _("Swap of duties asked for"),
        Kind.SWAP_ACCEPTED: _("Swap accepted: a planner decides"),
        Kind.SWAP_DECLINED: _("Swap declined by the colleague"),
        Kind.SWAP_TAKEN_BACK: _("Swap taken back"),
        Kind.SWAP_APPROVED: _("Swap approved: duties have changed"),
        Kind.SWAP_REFUSED: _("Swap refused by a planner"),
        Kind.SWAP_LAPSED: _("Swap lapsed"),
        Kind.WEBHOOK_CREATED: _("Webhook set up"),
        Kind.WEBHOOK_CHANGED: _("Webhook changed"),
        Kind.WEBHOOK_REVOKED: _("Webhook revoked"),
        Kind.WEBHOOK_TESTED: _("Webhook tested"),
        Kind.FEED_CREATED: _("Calendar feed opened"),
        Kind.FEED_REVOKED: _("Calendar feed revoked"),
        Kind.INCIDENT_REPORTED: _("New incident"),
        Kind.INCIDENT_CHANGED: _("Incident changed"),
        Kind.INCIDENT_ACKNOWLEDGED: _("Incident acknowledged"),
        Kind.INCIDENT_LOGGED: _("New log entry"),
        Kind.RESPONSE_ASSIGNED: _("Response assigned"),
        Kind.RESPONSE_CHANGED: _("Response went on"),
        Kind.INCIDENT_RESOLVED: _("Incident resolved"),
        Kind.INCIDENT_CLOSED: _("Incident closed"),
        Kind.REPORT_CREATED: _("New report"),
        Kind.REPORT_CHANGED: _("Report changed"),
        Kind.RELEASED: _("Released"),
        Kind.RELEASE_ENDED: _("Release ended"),
        Kind.WITHDRAWN: _("Withdrawn"),
        Kind.TEAR_LINE_WRITTEN: _("Tear line written"),
    }


def pages() -> dict[str, str]:
    """Return the address of each type's page, with :data:`NO_ID` for the id."""
    found = {}
    for name in _PAGES:
        try:
            found[name] = reverse(name, args=[NO_ID])
        except NoReverseMatch:
            continue
    return found

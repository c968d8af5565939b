"""The REST API's one router."""

from rest_framework.routers import SimpleRouter

from agencies.api import (
    AbsenceViewSet,
    AgencyViewSet,
    AgreementViewSet,
    AssetViewSet,
    AuthorisationViewSet,
    CertificationViewSet,
    OfficerViewSet,
    PostViewSet,
    ReleaseViewSet,
)
from agencies.webhook_api import WebhookViewSet
from incidents.api import IncidentViewSet
from incidents.numbers_api import NumbersViewSet
from incidents.sitrep_api import SitrepViewSet
from incidents.standing_api import StandingReleaseViewSet
from incidents.type_api import IncidentTypeViewSet
from incidents.watch_api import (
    DutyViewSet,
    EscalationRuleViewSet,
    EscalationViewSet,
)
from intel.api import ReportViewSet
from live.api import EventViewSet
from patrols.api import (
    BorderMarkerViewSet,
    BorderSectionViewSet,
    CheckpointViewSet,
    PatrolViewSet,
    PositionViewSet,
    ProgrammeViewSet,
    RouteViewSet,
    ZoneViewSet,
)
from patrols.calendar_api import CoverageViewSet, FeedViewSet
from patrols.lead_api import LedgerViewSet
from patrols.roster_api import AssignmentViewSet, RemedyViewSet, RosterViewSet
from patrols.swap_api import SwapViewSet, WishViewSet

router = SimpleRouter()
router.register("agencies", AgencyViewSet, basename="agency-api")
router.register("agreements", AgreementViewSet, basename="agreement-api")
router.register("officers", OfficerViewSet, basename="officer-api")
router.register("releases", ReleaseViewSet, basename="release-api")
router.register("posts", PostViewSet, basename="post-api")
router.register("absences", AbsenceViewSet, basename="absence-api")
router.register("certifications", CertificationViewSet, basename="certification-api")
router.register("authorisations", AuthorisationViewSet, basename="authorisation-api")
router.register("assets", AssetViewSet, basename="asset-api")
router.register("events", EventViewSet, basename="event")
router.register("webhooks", WebhookViewSet, basename="webhook-api")
router.register("incidents", IncidentViewSet, basename="incident-api")
router.register("incident-types", IncidentTypeViewSet, basename="type-api")
router.register("escalations", EscalationViewSet, basename="escalation-api")
router.register("escalation-rules", EscalationRuleViewSet, basename="rule-api")
router.register("duty-periods", DutyViewSet, basename="duty-api")
router.register("numbers", NumbersViewSet, basename="numbers-api")
router.register("sitreps", SitrepViewSet, basename="sitrep-api")
router.register(
    "standing-releases", StandingReleaseViewSet, basename="standingrelease-api"
)
router.register("reports", ReportViewSet, basename="report-api")
router.register("zones", ZoneViewSet, basename="zone-api")
router.register("routes", RouteViewSet, basename="route-api")
router.register("checkpoints", CheckpointViewSet, basename="checkpoint-api")
router.register("border-sections", BorderSectionViewSet, basename="section-api")
router.register("border-markers", BorderMarkerViewSet, basename="marker-api")
router.register("programmes", ProgrammeViewSet, basename="programme-api")
router.register("patrols", PatrolViewSet, basename="patrol-api")
router.register("coverage", CoverageViewSet, basename="coverage-api")
router.register("feeds", FeedViewSet, basename="feed-api")
router.register("ledgers", LedgerViewSet, basename="ledger-api")
router.register("rosters", RosterViewSet, basename="roster-api")
router.register("remedies", RemedyViewSet, basename="remedy-api")
router.register("assignments", AssignmentViewSet, basename="assignment-api")
router.register("wishes", WishViewSet, basename="wish-api")
router.register("swaps", SwapViewSet, basename="swap-api")
router.register("positions", PositionViewSet, basename="position-api")

urlpatterns = router.urls

"""Who may do what: a role, or a token's scope, has permissions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What an officer does; an officer may have several roles."""

    LIAISON = "liaison", _("liaison officer")
    PLANNER = "planner", _("planner")
    COMMANDER = "commander", _("commander")
    CREW = "crew", _("crew")
    ANALYST = "analyst", _("analyst")
    AGENCY_ADMIN = "agency_admin", _("agency administrator")
    OBSERVER = "observer", _("observer")
    PLATFORM_ADMIN = "platform_admin", _("platform administrator")


class Permission(models.TextChoices):
    """Something that an action may ask for; ``docs/permissions.md`` lists them."""

    INCIDENT_REPORT = "incident.report", _("report incidents and write their log")
    INCIDENT_ACKNOWLEDGE = "incident.acknowledge", _("acknowledge incidents")
    INCIDENT_HANDLE = (
        "incident.handle",
        _("change, assign, resolve, close incidents"),
    )
    INCIDENT_RELEASE = "incident.release", _("release incidents to others")
    WATCH_KEEP = (
        "watch.keep",
        _("plan duty periods, keep the rules of escalation"),
    )
    PATROL_PLAN = "patrol.plan", _("plan patrols and programmes")
    PATROL_RUN = "patrol.run", _("name commanders, start and complete patrols")
    PATROL_LOG = "patrol.log", _("write the log of patrols")
    POSITION_SEND = "position.send", _("send positions of a patrol")
    PLACE_EDIT = "place.edit", _("keep posts, zones, routes and checkpoints")
    PERSONNEL_KEEP = (
        "personnel.keep",
        _("keep officers' absences, certifications and authorisations"),
    )
    ASSET_KEEP = "asset.keep", _("keep vehicles, radios and other assets")
    REPORT_WRITE = "report.write", _("write and grade intelligence")
    REPORT_RELEASE = "report.release", _("release intelligence to others")
    WEBHOOK_KEEP = "webhook.keep", _("send events to the agency's own systems")
    ACCOUNT_MANAGE = "account.manage", _("keep accounts and API clients")
    AGREEMENT_MANAGE = "agreement.manage", _("keep agencies and agreements")


_DUTY = {
    Permission.INCIDENT_REPORT,
    Permission.INCIDENT_ACKNOWLEDGE,
    Permission.INCIDENT_HANDLE,
    Permission.INCIDENT_RELEASE,
}
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.LIAISON: frozenset(
        _DUTY
        | {Permission.REPORT_WRITE, Permission.REPORT_RELEASE}
        | {Permission.PATROL_RUN, Permission.PATROL_LOG}
    ),
    Role.PLANNER: frozenset(
        {
            Permission.PATROL_PLAN,
            Permission.PATROL_RUN,
            Permission.PATROL_LOG,
            Permission.PLACE_EDIT,
            Permission.PERSONNEL_KEEP,
            Permission.ASSET_KEEP,
            Permission.WATCH_KEEP,
            Permission.INCIDENT_REPORT,
        }
    ),
    Role.COMMANDER: frozenset(
        _DUTY | {Permission.PATROL_RUN, Permission.PATROL_LOG, Permission.POSITION_SEND}
    ),
    Role.CREW: frozenset(
        {Permission.INCIDENT_REPORT, Permission.PATROL_LOG, Permission.POSITION_SEND}
    ),
    Role.ANALYST: frozenset(
        {
            Permission.REPORT_WRITE,
            Permission.REPORT_RELEASE,
            Permission.INCIDENT_REPORT,
            Permission.PATROL_LOG,
        }
    ),
    Role.AGENCY_ADMIN: frozenset(
        {
            Permission.ACCOUNT_MANAGE,
            Permission.PERSONNEL_KEEP,
            Permission.WATCH_KEEP,
            Permission.WEBHOOK_KEEP,
        }
    ),
    Role.OBSERVER: frozenset(),
    Role.PLATFORM_ADMIN: frozenset(
        {Permission.ACCOUNT_MANAGE, Permission.AGREEMENT_MANAGE}
    ),
}
# What each scope of a client's token stands for.
SCOPE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "incidents:write": frozenset(_DUTY),
    "reports:write": frozenset({Permission.REPORT_WRITE, Permission.REPORT_RELEASE}),
    "patrols:write": frozenset(
        {
            Permission.PATROL_PLAN,
            Permission.PATROL_RUN,
            Permission.PATROL_LOG,
            Permission.POSITION_SEND,
            Permission.PLACE_EDIT,
        }
    ),
    "webhooks:write": frozenset({Permission.WEBHOOK_KEEP}),
    "resources:write": frozenset(
        {Permission.PERSONNEL_KEEP, Permission.ASSET_KEEP, Permission.WATCH_KEEP}
    ),
}

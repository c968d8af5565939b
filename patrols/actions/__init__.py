"""The only writers of this application's tables, a module per noun."""

from patrols.actions.consents import (
    accept,
    adopt,
    agree,
    counter,
    propose,
    propose_drafts,
    refuse,
    withdraw_proposal,
)
from patrols.actions.feeds import create_feed, revoke_feed
from patrols.actions.leads import ask_for_commanders, repair_leads, stand_down
from patrols.actions.patrols import (
    cancel,
    change,
    complete,
    name_commander,
    plan,
    start,
)
from patrols.actions.places import (
    change_checkpoint,
    change_route,
    change_zone,
    create_checkpoint,
    create_route,
    create_zone,
)
from patrols.actions.positions import NewFix, add_fixes
from patrols.actions.programmes import (
    change_programme,
    create_programme,
    open_due,
    open_patrols,
)
from patrols.actions.rosters import (
    lock_assignment,
    publish_roster,
    replan,
    request_roster,
    stop_roster,
)
from patrols.actions.sections import change_section, register_section

__all__ = [
    "NewFix",
    "accept",
    "add_fixes",
    "adopt",
    "agree",
    "ask_for_commanders",
    "cancel",
    "change",
    "change_checkpoint",
    "change_programme",
    "change_route",
    "change_section",
    "change_zone",
    "complete",
    "counter",
    "create_checkpoint",
    "create_feed",
    "create_programme",
    "create_route",
    "create_zone",
    "lock_assignment",
    "name_commander",
    "open_due",
    "open_patrols",
    "plan",
    "propose",
    "propose_drafts",
    "publish_roster",
    "refuse",
    "register_section",
    "repair_leads",
    "replan",
    "request_roster",
    "revoke_feed",
    "stand_down",
    "start",
    "stop_roster",
    "withdraw_proposal",
]

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
from patrols.actions.hand_overs import (
    accept_lead,
    decline_lead,
    offer_lead,
    seize_lead,
    withdraw_lead,
)
from patrols.actions.leads import ask_for_commanders, repair_leads, stand_down
from patrols.actions.log import (
    attach_to_patrol_log,
    read_patrol_log,
    write_patrol_log,
)
from patrols.actions.markers import change_marker, register_marker
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
from patrols.actions.remedies import take_remedy
from patrols.actions.rosters import (
    lock_assignment,
    publish_roster,
    replan,
    request_roster,
    stop_roster,
)
from patrols.actions.sections import change_section, register_section
from patrols.actions.swaps import (
    accept_swap,
    approve_swap,
    ask_swap,
    decline_swap,
    refuse_swap,
    take_back_swap,
)
from patrols.actions.wishes import take_back_wish, wish

__all__ = [
    "NewFix",
    "accept",
    "accept_lead",
    "accept_swap",
    "add_fixes",
    "adopt",
    "agree",
    "approve_swap",
    "ask_for_commanders",
    "ask_swap",
    "attach_to_patrol_log",
    "cancel",
    "change",
    "change_checkpoint",
    "change_marker",
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
    "decline_lead",
    "decline_swap",
    "lock_assignment",
    "name_commander",
    "offer_lead",
    "open_due",
    "open_patrols",
    "plan",
    "propose",
    "propose_drafts",
    "publish_roster",
    "read_patrol_log",
    "refuse",
    "refuse_swap",
    "register_marker",
    "register_section",
    "repair_leads",
    "replan",
    "request_roster",
    "revoke_feed",
    "seize_lead",
    "stand_down",
    "start",
    "stop_roster",
    "take_back_swap",
    "take_back_wish",
    "take_remedy",
    "wish",
    "withdraw_lead",
    "withdraw_proposal",
    "write_patrol_log",
]

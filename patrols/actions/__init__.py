"""The only writers of this application's tables, a module per noun."""

from patrols.actions.patrols import (
    agree,
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
from patrols.actions.sections import change_section, register_section

__all__ = [
    "NewFix",
    "add_fixes",
    "agree",
    "cancel",
    "change",
    "change_checkpoint",
    "change_programme",
    "change_route",
    "change_section",
    "change_zone",
    "complete",
    "create_checkpoint",
    "create_programme",
    "create_route",
    "create_zone",
    "name_commander",
    "open_due",
    "open_patrols",
    "plan",
    "register_section",
    "start",
]

"""Who may see and who may do what: the one place for both rules.

*Seeing* is one comparison. An actor holds **keys**; a record stores its
**audience**, the keys that open it. Visible means the two overlap. A key that
expires also stands in ``expiring`` with its time. The comparison is compiled
twice from here: :func:`visible` for querysets, :func:`row_security` for
PostgreSQL; ``tests/leaks`` proves that they agree.

*Doing* is a table: a role has permissions, an action asks :func:`require`.

Nothing here reads the database.
"""

from agencies.policy.actors import (
    NOBODY_KEY,
    PLATFORM_KEY,
    Actor,
    Membership,
    agencies_of,
    agency_key,
    agreement_key,
    base_key,
    officer_key,
    party_key,
    require,
    require_code,
    stricter,
)
from agencies.policy.doing import (
    PERMISSIONS,
    SCOPE_PERMISSIONS,
    Permission,
    Role,
)
from agencies.policy.markings import (
    MAX_LEVEL,
    TLP,
    GranteeKind,
    Level,
)
from agencies.policy.seeing import (
    FUNCTION_SQL,
    Audience,
    Grant,
    audience,
    is_open_to_owner,
    owner_keys,
    row_security,
    visible,
)

__all__ = [
    "FUNCTION_SQL",
    "MAX_LEVEL",
    "NOBODY_KEY",
    "PERMISSIONS",
    "PLATFORM_KEY",
    "SCOPE_PERMISSIONS",
    "TLP",
    "Actor",
    "Audience",
    "Grant",
    "GranteeKind",
    "Level",
    "Membership",
    "Permission",
    "Role",
    "agencies_of",
    "agency_key",
    "agreement_key",
    "audience",
    "base_key",
    "is_open_to_owner",
    "officer_key",
    "owner_keys",
    "party_key",
    "require",
    "require_code",
    "row_security",
    "stricter",
    "visible",
]

"""Who is asking, and what they may do."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.errors import Denied, Missing

Role: TypeAlias = Literal["read", "write", "admin"]
Scope: TypeAlias = Literal["read", "run", "write", "admin"]
Action: TypeAlias = Literal["read", "run", "write", "admin"]

SCOPES: tuple[Scope, ...] = ("read", "run", "write", "admin")
ALLOWS: Mapping[Role, frozenset[Action]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "run", "write"}),
    "admin": frozenset({"read", "run", "write", "admin"}),
}
"""What a role in a workspace allows."""
COVERS: Mapping[Scope, frozenset[Action]] = {
    "read": frozenset({"read"}),
    "run": frozenset({"run"}),
    "write": frozenset({"read", "write"}),
    "admin": frozenset({"read", "run", "write", "admin"}),
}
"""What a scope of a key covers; a key does what both its scopes and its owner's role allow."""


OrganizationRole: TypeAlias = Literal["owner", "admin", "member"]


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a permission group forbids; an empty one forbids nothing."""

    providers: tuple[str, ...] | None = None
    """The only vendors of models that may be used; `None` is all of them."""
    denied_models: tuple[str, ...] = ()
    integrations: tuple[str, ...] | None = None
    """The only integrations that may be used; `None` is all of them."""
    denied_tools: tuple[str, ...] = ()
    denied_surfaces: tuple[str, ...] = ()
    """Tags of the API that may not be used: `keys`, `deployments`, `invitations`, …"""


class Actor(Struct, frozen=True, kw_only=True):
    """Whoever sent a request."""

    user_id: str
    roles: dict[str, Role]
    """Role by workspace; a key of one workspace sees only that one."""
    scopes: tuple[Scope, ...] = SCOPES
    key_id: str | None = None
    session_id: str | None = None
    """The browser session that it comes from; `None` for a key."""
    email: str = ""
    organizations: dict[str, OrganizationRole] = {}
    bound: str | None = None
    """The one workspace that a key is for; such a key does nothing that is its owner's alone."""
    is_operator: bool = False
    """Whether this person runs the instance."""
    rules: dict[str, tuple[Rules, ...]] = {}
    """What permission groups forbid, by workspace."""
    recent: bool = False
    """Whether the person proved who they are a short while ago."""

    @property
    def workspace_ids(self) -> tuple[str, ...]:
        """The workspaces that there are for this actor."""
        return tuple(self.roles)

    @property
    def name(self) -> str:
        """How the histories of workflows and runs call this actor."""
        return self.user_id


def may(actor: Actor, workspace_id: str, action: Action) -> bool:
    """Whether an actor may do something in a workspace."""
    role = actor.roles.get(workspace_id)
    return role is not None and action in ALLOWS[role] and covers(actor, action)


def covers(actor: Actor, action: Action) -> bool:
    """Whether the scopes of what somebody came with cover an action."""
    return any(action in COVERS[scope] for scope in actor.scopes)


def require(actor: Actor, workspace_id: str, action: Action) -> None:
    """Raise `Missing` for a workspace the actor has no part in, `Denied` for an action that is not allowed there."""
    if workspace_id not in actor.roles:
        raise Missing(f"There is no workspace {workspace_id!r}")
    if not may(actor, workspace_id, action):
        raise Denied(f"This takes the right to {action!r}, which the key or its owner does not have", code="scope")


STANDS: Mapping[OrganizationRole, frozenset[OrganizationRole]] = {
    "owner": frozenset({"owner", "admin", "member"}),
    "admin": frozenset({"admin", "member"}),
    "member": frozenset({"member"}),
}
"""What a role in an organization includes."""


def require_in_organization(actor: Actor, organization_id: str, role: OrganizationRole) -> None:
    """Raise `Missing` for an organization the actor is no member of, `Denied` for a role that is not enough."""
    own = actor.organizations.get(organization_id)
    if own is None:
        raise Missing(f"There is no organization {organization_id[:80]!r}.")
    if role not in STANDS[own]:
        raise Denied(f"This takes the role {role!r} in the organization; yours is {own!r}.", code="role")


def require_person(actor: Actor) -> None:
    """Raise `Denied` for a key that speaks for one workspace, not for its owner."""
    if actor.bound is not None:
        raise Denied("A key of one workspace cannot do this; use your own key, or sign in.", code="workspace_key")


def require_session(actor: Actor) -> None:
    """Raise `Denied` for a key: whoever finds one must not take over the account that it is of."""
    require_person(actor)
    if actor.session_id is None:
        raise Denied("Only whoever signed in may do this; a key may not.", code="session")


def require_recent(actor: Actor) -> None:
    """Raise `Denied` unless the person proved who they are lately, or came with an admin key."""
    if actor.session_id is not None and not actor.recent:
        raise Denied("Confirm that it is you first (POST /api/v1/auth/confirm).", code="confirm")


def forbidden(actor: Actor, workspace_id: str, surface: str) -> str:
    """Why permission groups keep an actor from a part of the API; empty when they do not."""
    for rules in actor.rules.get(workspace_id, ()):
        if surface in rules.denied_surfaces:
            return f"A permission group keeps you from {surface}."
    return ""

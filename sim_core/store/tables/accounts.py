"""Who there is, what they may do, and what they keep secret."""

import warnings

from piccolo.columns import JSON, BigInt, Boolean, Bytea, ForeignKey, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

with warnings.catch_warnings():
    # Piccolo warns of the reserved word; it quotes every name, and so do we.
    warnings.simplefilter("ignore")

    class User(Table, tablename="user"):
        """A person, or the instance's own owner."""

        id = Text(primary_key=True)
        name = Text()
        email = Text(unique=True)
        password = Text(null=True, default=None, secret=True)
        created_at = Timestamptz()
        verified_at = Timestamptz(null=True, default=None)
        is_operator = Boolean(default=False)
        totp = Bytea(null=True, default=None, secret=True)
        totp_at = Timestamptz(null=True, default=None)
        disabled_at = Timestamptz(null=True, default=None)
        delete_after = Timestamptz(null=True, default=None)


class Organization(Table, tablename="organization"):
    """Workspaces and people that belong together."""

    id = Text(primary_key=True)
    name = Text()
    created_at = Timestamptz()
    policy = JSON()
    delete_after = Timestamptz(null=True, default=None)


class Member(Table, tablename="member"):
    """A person's place in an organization: owner, admin or member."""

    id = Text(primary_key=True)
    organization_id = ForeignKey(Organization, null=False, default="")
    user_id = ForeignKey(User, null=False, default="", index=True)
    role = Text()
    created_at = Timestamptz()
    member_once = Unique([organization_id, user_id])


class Workspace(Table, tablename="workspace"):
    """Where workflows, secrets and runs live."""

    id = Text(primary_key=True)
    organization_id = ForeignKey(Organization, null=False, default="", index=True)
    name = Text()
    created_at = Timestamptz()
    delete_after = Timestamptz(null=True, default=None)


class Permission(Table, tablename="permission"):
    """A person's role in a workspace: read, write or admin."""

    id = Text(primary_key=True)
    workspace_id = ForeignKey(Workspace, null=False, default="")
    user_id = ForeignKey(User, null=False, default="", index=True)
    role = Text()
    created_at = Timestamptz()
    permission_once = Unique([workspace_id, user_id])


class ApiKey(Table, tablename="api_key"):
    """A key for programs; only its digest is kept."""

    id = Text(primary_key=True)
    user_id = ForeignKey(User, null=False, default="", index=True)
    workspace_id = ForeignKey(Workspace, null=True, default=None, index=True)
    name = Text()
    prefix = Text()
    digest = Text(unique=True)
    scopes = Text()
    created_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class DataKey(Table, tablename="data_key"):
    """The key that encrypts what one workspace or user keeps, wrapped by the instance's master key."""

    id = Text(primary_key=True)
    owner = Text(unique=True)
    master = Text()
    wrapped = Bytea()
    created_at = Timestamptz()


class Secret(Table, tablename="secret"):
    """A named value, encrypted; the owner is a workspace or a user."""

    id = Text(primary_key=True)
    owner = Text()
    name = Text()
    value = Bytea()
    created_at = Timestamptz()
    updated_at = Timestamptz()
    updated_by = Text(null=True, default=None)
    secret_once = Unique([owner, name])


class Credential(Table, tablename="credential"):
    """A connection to a service, encrypted; it belongs to a workspace or to a person."""

    id = Text(primary_key=True)
    workspace_id = ForeignKey(Workspace, null=True, default=None, index=True)
    user_id = ForeignKey(User, null=True, default=None, index=True)
    kind = Text()
    provider = Text()
    name = Text()
    value = Bytea()
    facts = JSON()
    problem = Text(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)
    created_by = Text(null=True, default=None)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class CredentialShare(Table, tablename="credential_share"):
    """Somebody, or everybody in a workspace, with whom a person shares a credential: to use it or to manage it."""

    id = Text(primary_key=True)
    credential_id = ForeignKey(Credential, null=False, default="")
    user_id = ForeignKey(User, null=True, default=None, index=True)
    workspace_id = ForeignKey(Workspace, null=True, default=None, index=True)
    role = Text()
    created_by = Text(null=True, default=None)
    created_at = Timestamptz()
    share_once_each = Unique([credential_id, user_id])
    share_once_all = Unique([credential_id, workspace_id])


class KeyRest(Table, tablename="key_rest"):
    """A model vendor's key that was refused, by its digest, and until when it is left alone."""

    digest = Text(primary_key=True)
    until = Timestamptz()
    refusals = BigInt(default=0)
    status = BigInt(default=0)


class KeyUse(Table, tablename="key_use"):
    """When a model vendor's key was last good for an answer, by its digest."""

    digest = Text(primary_key=True)
    used_at = Timestamptz()


class KeyOrder(Table, tablename="key_order"):
    """A vendor whose keys its owner wants asked in their order, and not in turn; by the name of the first key."""

    id = Text(primary_key=True)
    owner = Text()
    name = Text()
    order_once = Unique([owner, name])


class Plugin(Table, tablename="plugin"):
    """A package that this instance was told to have."""

    name = Text(primary_key=True)
    version = Text()
    origin = Text()
    enabled = Boolean(default=True)
    facts = JSON()
    installed_by = Text(null=True, default=None)
    installed_at = Timestamptz()


class Process(Table, tablename="process"):
    """A process that owns runs, and when it last showed that it lives."""

    id = Text(primary_key=True)
    kind = Text()
    host = Text()
    pid = BigInt()
    born = Text()
    beat_at = Timestamptz()

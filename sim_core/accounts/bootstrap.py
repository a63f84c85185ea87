"""The first start of an instance: an owner, an organization, a workspace."""

from msgspec import Struct

from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.tables import Member, Organization, Permission, User, Workspace

TURN = 0x53494D02
"""The advisory lock under which the first owner is made."""
OWNER_EMAIL = "owner@localhost"
FIRST = """
SELECT u.id AS user_id, w.organization_id, w.id AS workspace_id
FROM workspace w JOIN permission p ON p.workspace_id = w.id AND p.role = 'admin' JOIN "user" u ON u.id = p.user_id
ORDER BY w.id, p.id LIMIT 1
"""


class Home(Struct, frozen=True, kw_only=True):
    """The instance's first owner and workspace."""

    user_id: str
    organization_id: str
    workspace_id: str
    is_new: bool = False


async def bootstrap(store: Store) -> Home:
    """The instance's owner and first workspace, made when there are none yet."""
    async with store.transaction() as connection:
        await connection.execute(f"SELECT pg_advisory_xact_lock({TURN})")
        row = await connection.fetchrow(FIRST)
        if row is not None:
            return Home(
                user_id=row["user_id"], organization_id=row["organization_id"], workspace_id=row["workspace_id"]
            )
        home = Home(user_id=new_id(), organization_id=new_id(), workspace_id=new_id(), is_new=True)
        await store.add(
            User(id=home.user_id, name="Owner", email=OWNER_EMAIL, is_operator=True),
            Organization(id=home.organization_id, name="My organization"),
            Member(id=new_id(), organization_id=home.organization_id, user_id=home.user_id, role="owner"),
            Workspace(id=home.workspace_id, organization_id=home.organization_id, name="My workspace"),
            Permission(id=new_id(), workspace_id=home.workspace_id, user_id=home.user_id, role="admin"),
        )
        return home


async def add_workspace(store: Store, *, organization_id: str, user_id: str, name: str) -> str:
    """Make a workspace whose admin is a user; its id."""
    workspace_id = new_id()
    async with store.transaction():
        await store.add(
            Workspace(id=workspace_id, organization_id=organization_id, name=name),
            Permission(id=new_id(), workspace_id=workspace_id, user_id=user_id, role="admin"),
        )
    return workspace_id

"""For whom a run acts: whose credentials its tools may use, beside those of the workspace.

A draft acts for the person who starts it. A deployed version acts for the person who deployed it, whoever calls it:
callers of a deployment have no credentials here, and only what that person froze is run in their name. A draft within
a deployed run acts for nobody, since anybody may have changed it meanwhile.
"""

from sim_core.jobs.orders import Order
from sim_core.store.deployments import get_version
from sim_core.store.pool import Store


async def acting_for(store: Store, order: Order) -> str:
    """The id of the person, empty for nobody."""
    if order.version is None:
        return order.acts_for or order.personal
    place = (order.workflow_id, order.workspace_id)
    version = store.lives.get(place)
    if version is None or version.version != order.version:
        version = await get_version(store, *place, version=order.version)
    # somebody who edits what they run again does not do so in the name of who deployed it
    return (version.created_by or "") if order.edited in ("", version.digest) else order.personal

"""The block types that runs in tests have."""

from functools import cache

from sim_core.spec.blocks import BlockType
from tests.support.mock import NOOP, ROUTER, mock


@cache
def types() -> dict[str, BlockType]:
    """The platform's own blocks and the scripted ones, by id and alias."""
    import sim_block_api
    import sim_block_condition
    import sim_block_function
    import sim_block_human_in_the_loop
    import sim_block_loop
    import sim_block_note
    import sim_block_parallel
    import sim_block_response
    import sim_block_start
    import sim_block_variables
    import sim_block_wait
    import sim_block_workflow

    plugins = (
        sim_block_api, sim_block_condition, sim_block_function, sim_block_human_in_the_loop, sim_block_loop,
        sim_block_note, sim_block_parallel, sim_block_response, sim_block_start, sim_block_variables, sim_block_wait,
        sim_block_workflow,
    )  # fmt: skip
    found = [type for plugin in plugins for type in plugin.register_blocks()] + [mock, NOOP, ROUTER]
    return {name: type for type in found for name in (type.id, *type.aliases)}


def find(id: str) -> BlockType | None:
    """The block type with that id."""
    return types().get(id.partition("@")[0])

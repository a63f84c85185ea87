"""What a new workspace begins with: a workflow that runs without any key."""

from sim_core.accounts import people
from sim_core.document.workflow import Block, Edge, Position, Workflow
from sim_core.rest.services import Services
from sim_core.store import documents

NAME = "Say hello"
CODE = 'return {"greeting": f"Hello, {<start.name>}!", "letters": len(<start.name>)}\n'


async def welcome(services: Services, user_id: str) -> str:
    """Put the sample into a workspace of a person that is empty; the id of that workspace, if there is one."""
    workspace_id = await people.empty_workspace(services.store, user_id)
    if workspace_id is None:
        return ""
    await documents.create_workflow(services.store, workspace_id=workspace_id, actor=user_id, document=sample())
    return workspace_id


def sample() -> Workflow:
    """A workflow of two blocks: it takes a name and greets."""
    field = {"name": "name", "type": "string", "value": "World", "description": "Who is greeted."}
    start = Block(id="start", type="start", name="Start", position=Position(0, 0), values={"input_format": [field]})
    values = {"language": "python", "code": CODE}
    greet = Block(id="greet", type="function", name="Greet", position=Position(320, 0), values=values)
    edge = Edge(id="start-greet", source="start", target="greet")
    return Workflow(
        name=NAME,
        description="Takes a name and greets. Runs as it is: press Run.",
        blocks={"start": start, "greet": greet},
        edges={edge.id: edge},
    )

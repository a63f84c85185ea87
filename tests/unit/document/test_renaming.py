from typing import Annotated, Any

from sim_core.document.reduce import apply_all
from sim_core.document.renaming import rename_block, rename_variable
from sim_core.document.workflow import Block, Loop, Variable, Workflow
from sim_core.spec.blocks import BlockType
from sim_core.spec.fields import Code, Input, Verbatim


class Program(Input):
    code: Annotated[str, Code("python")] = ""
    text: str = ""
    raw: Annotated[str, Verbatim()] = ""
    rows: tuple[dict[str, str], ...] = ()


TYPES = {"code": BlockType(id="code", title="Code", doc="D.", input=Program)}


def block(id: str, name: str, type: str = "code", **values: Any) -> Block:
    return Block(id=id, type=type, name=name, values=values)


WORKFLOW = Workflow(
    blocks={
        "a": block("a", "Old Name"),
        "b": block(
            "b", "B", code="return <old name>['x'] + <oldname.y> + <variable.n>", text="<oldname.z> <b>",
            raw="<oldname.r>", rows=[{"k": "<oldname>"}, {"variable_name": "N"}],
        ),
        "l": block("l", "L", "loop"),
    },
    subflows={"l": Loop(id="l", iterations="<oldname.count>", condition="<oldname> and <variable.N.x>")},
    variables={"v": Variable(id="v", name="N")},
)  # fmt: skip


def test_renaming_a_block_takes_its_references_along() -> None:
    done = apply_all(WORKFLOW, rename_block(WORKFLOW, "a", "New", TYPES.get))
    assert not done.refusals
    assert done.workflow.blocks["a"].name == "New"
    assert done.workflow.blocks["b"].values == {
        "code": "return <new>['x'] + <new.y> + <variable.n>", "text": "<new.z> <b>", "raw": "<oldname.r>",
        "rows": [{"k": "<new>"}, {"variable_name": "N"}],
    }  # fmt: skip
    assert done.workflow.subflows["l"] == Loop(id="l", iterations="<new.count>", condition="<new> and <variable.N.x>")


def test_renaming_a_variable_leaves_blocks_of_that_name_alone() -> None:
    done = apply_all(WORKFLOW, rename_variable(WORKFLOW, "v", "Total", TYPES.get)).workflow
    assert done.variables["v"].name == "Total"
    assert done.blocks["b"].values["code"].endswith("<variable.total>")
    assert done.blocks["b"].values["rows"] == [{"k": "<oldname>"}, {"variable_name": "Total"}]
    assert done.subflows["l"] == Loop(
        id="l", iterations="<oldname.count>", condition="<oldname> and <variable.total.x>"
    )


def test_a_new_spelling_of_the_same_name_changes_no_reference() -> None:
    assert len(rename_block(WORKFLOW, "a", "old NAME", TYPES.get)) == 1

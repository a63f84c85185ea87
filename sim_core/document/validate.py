"""Everything that is wrong with a document, before it runs."""

from collections.abc import Callable

from sim_core.document.check_fields import check_fields
from sim_core.document.check_graph import check_graph
from sim_core.document.survey import Survey
from sim_core.document.workflow import Workflow
from sim_core.errors import Problem
from sim_core.spec.blocks import BlockType


def check(workflow: Workflow, find: Callable[[str], BlockType | None]) -> tuple[Problem, ...]:
    """Every problem of a document at once, in words for its author; those of severity `error` stop a run.

    Types that are not installed, references that lead nowhere and the like are warnings where a run goes on without
    them, and so is whatever is wrong with a block that no run comes to.
    """
    survey = Survey(workflow, find)
    check_graph(survey)
    check_fields(survey)
    return tuple(survey.problems)

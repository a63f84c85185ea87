"""Plans of workflows, checked and compiled once for each version."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from sim_core.document.majors import modernise
from sim_core.document.validate import check
from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid, Problem
from sim_core.flow.plan import Plan, compile
from sim_core.flow.starts import Surface
from sim_core.spec.blocks import BlockType

MOST = 256


class Plans:
    """The plans that were used last, each of one document and of the catalogue it was made with."""

    def __init__(
        self, find: Callable[[str], BlockType | None], catalogue: Callable[[], str], *, most: int = MOST
    ) -> None:
        """Look block types up with `find`; a plan is made anew when `catalogue()` changes."""
        self._find = find
        self._catalogue = catalogue
        self._most = most
        self._known: OrderedDict[tuple[object, ...], tuple[Workflow, Plan | Invalid]] = OrderedDict()

    def get(
        self, key: str, workflow: Workflow, *, start: str | None = None, surface: Surface = "api", whole: bool = False
    ) -> Plan:
        """The plan of a document that `key` names; raises `Invalid` with every problem that stops it."""
        place = (key, start, surface, whole, self._catalogue())
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = (workflow, self._make(workflow, start, surface, whole))
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(place)
        plan = found[1]
        if isinstance(plan, Invalid):
            # a fresh one: an exception that is raised twice would collect two tracebacks
            raise Invalid(plan.message, code=plan.reason, problems=plan.problems)
        return plan

    def _make(self, workflow: Workflow, start: str | None, surface: Surface, whole: bool) -> Plan | Invalid:
        workflow, notes = modernise(workflow, self._find)
        found = (*notes, *check(workflow, self._find))
        problems = tuple(problem for problem in found if problem.severity == "error")
        if problems:
            return Invalid(_words(problems), code="invalid_workflow", problems=problems)
        try:
            return compile(workflow, self._find, start=start, surface=surface, everything=whole)
        except Invalid as error:
            return error


def _words(problems: Sequence[Problem]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"The workflow cannot run: {problems[0].message}{more}"

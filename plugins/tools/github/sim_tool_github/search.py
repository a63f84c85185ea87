"""Search over all of GitHub, and questions of one's own."""

from typing import Annotated, Any

from sim_core.plugin import Code, Context, Doc, Input, Output, Refused, Request
from sim_tool_github.issues import Issue
from sim_tool_github.repositories import Repository
from sim_tool_github.service import Page, PerPage, User, github


class FoundIssues(Output):
    """Issues that match."""

    total_count: int
    items: list[Issue]
    incomplete_results: bool = False


class FoundRepositories(Output):
    """Repositories that match."""

    total_count: int
    items: list[Repository]
    incomplete_results: bool = False


class FoundUsers(Output):
    """Accounts that match."""

    total_count: int
    items: list[User]
    incomplete_results: bool = False


class Home(Output):
    """The repository of a file."""

    full_name: str
    html_url: str = ""


class CodeMatch(Output):
    """A file that matches."""

    name: str
    path: str
    sha: str
    html_url: str
    repository: Home


class FoundCode(Output):
    """Files that match."""

    total_count: int
    items: list[CodeMatch]
    incomplete_results: bool = False


class Search(Input):
    """What every search says."""

    q: Annotated[str, Doc("What to look for, with GitHub's qualifiers.", examples=["repo:octocat/hello is:open bug"])]
    per_page: PerPage = 30
    page: Page = 1


@github.get("/search/issues", returns=FoundIssues, aliases=("github_search_issues",))
class SearchIssues(Search):
    """Search issues and pull requests; add `is:issue` or `is:pr` to find one kind."""


@github.get("/search/repositories", returns=FoundRepositories, aliases=("github_search_repos",))
class SearchRepositories(Search):
    """Search repositories."""


@github.get("/search/code", returns=FoundCode, aliases=("github_search_code",))
class SearchCode(Search):
    """Search the text of files."""


@github.get("/search/users", returns=FoundUsers, aliases=("github_search_users",))
class SearchUsers(Search):
    """Search accounts."""


class Me(User):
    """The account that is asking."""

    name: str | None = None
    email: str | None = None
    company: str | None = None
    public_repos: int = 0


@github.get("/user", returns=Me)
class GetMe(Input):
    """Look up the account that the token belongs to."""


class Graphql(Input):
    """A question in GraphQL."""

    query: Annotated[str, Doc("Query or mutation."), Code("graphql")]
    variables: Annotated[dict[str, Any], Doc("Values of its variables.")] = {}


class Answered(Output):
    """GraphQL answers 200 also when it refuses."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = []


@github.tool
async def graphql(call: Graphql, context: Context) -> dict[str, Any]:
    """Ask GitHub's GraphQL API, for what has no tool of its own; gives what lies under `data`."""
    asked = {"query": call.query, "variables": call.variables} if call.variables else {"query": call.query}
    reply = await context.send(Request(method="POST", url=github.url("/graphql"), json=asked))
    answer: Answered = github.read(reply, Answered)
    if answer.errors or answer.data is None:
        words = "; ".join(str(error.get("message", error)) for error in answer.errors)
        raise Refused(f"GitHub answered {words or 'nothing'}")
    return answer.data

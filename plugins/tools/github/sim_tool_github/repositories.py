"""Repositories, branches, tags and commits."""

from typing import Annotated, Literal

from sim_core.plugin import Context, Doc, Input, Output, Request
from sim_tool_github.service import BRANCHES, Direction, InRepository, Listed, Page, PerPage, User, github


class Repository(Output):
    """A repository."""

    id: int
    name: str
    full_name: str
    private: bool
    html_url: str
    description: str | None = None
    default_branch: str = ""
    language: str | None = None
    fork: bool = False
    archived: bool = False
    stargazers_count: int = 0
    forks_count: int = 0
    open_issues_count: int = 0
    topics: list[str] = []
    owner: User | None = None
    created_at: str | None = None
    pushed_at: str | None = None


class Pointer(Output):
    """What a name points to."""

    sha: str
    url: str = ""


class Branch(Output):
    """A branch."""

    name: str
    commit: Pointer
    protected: bool = False


class Tag(Output):
    """A tag."""

    name: str
    commit: Pointer
    zipball_url: str = ""


class Target(Output):
    """The object under a reference."""

    sha: str
    type: str = ""


class Reference(Output):
    """A reference of the repository."""

    ref: str
    object: Target
    url: str = ""


class Signature(Output):
    """Who wrote a commit, and when."""

    name: str | None = None
    email: str | None = None
    date: str | None = None


class CommitFacts(Output):
    """What a commit says."""

    message: str
    author: Signature | None = None
    committer: Signature | None = None


class ChangedFile(Output):
    """A file that a commit or pull request changes."""

    filename: str
    status: str
    additions: int = 0
    deletions: int = 0
    changes: int = 0
    sha: str | None = None
    patch: str = ""
    previous_filename: str | None = None


class Commit(Output):
    """A commit."""

    sha: str
    commit: CommitFacts
    html_url: str = ""
    author: User | None = None
    parents: list[Pointer] = []


class Stats(Output):
    """How much a commit changes."""

    additions: int = 0
    deletions: int = 0
    total: int = 0


class WholeCommit(Commit):
    """A commit with what it changes."""

    stats: Stats | None = None
    files: list[ChangedFile] = []


class Comparison(Output):
    """What lies between two points of the history."""

    status: str
    ahead_by: int
    behind_by: int
    total_commits: int
    html_url: str = ""
    commits: list[Commit] = []
    files: list[ChangedFile] = []


@github.get("/repos/{owner}/{repo}", returns=Repository, aliases=("github_repo_info",))
class GetRepository(InRepository):
    """Look up a repository."""


@github.get("/user/repos", returns=list[Repository])
class ListMyRepositories(Input):
    """List the repositories that the account can reach."""

    visibility: Annotated[Literal["all", "public", "private"], Doc("Which of them.")] = "all"
    sort: Annotated[Literal["created", "updated", "pushed", "full_name"], Doc("By what to sort.")] = "full_name"
    direction: Direction = "asc"
    per_page: PerPage = 30
    page: Page = 1


@github.post("/repos/{owner}/{repo}/forks", returns=Repository, aliases=("github_fork_repo",))
class ForkRepository(InRepository):
    """Copy a repository into the account or an organisation."""

    organization: Annotated[str, Doc("Organisation to copy it to; empty is the account itself.")] = ""
    name: Annotated[str, Doc("Name of the copy; empty keeps the name.")] = ""
    default_branch_only: Annotated[bool, Doc("Whether to copy only the default branch.")] = False


@github.get("/repos/{owner}/{repo}/branches", returns=list[Branch], aliases=("github_list_branches",))
class ListBranches(Listed):
    """List the branches of a repository."""

    protected: Annotated[bool | None, Doc("Only protected ones, or only unprotected ones.")] = None


@github.get("/repos/{owner}/{repo}/branches/{branch}", returns=Branch, aliases=("github_get_branch",))
class GetBranch(InRepository):
    """Look up a branch and the commit it points to."""

    branch: Annotated[str, Doc("Name of the branch.", examples=["main"]), BRANCHES]


class CreateBranch(InRepository):
    """A new branch, and where it starts."""

    branch: Annotated[str, Doc("Name of the new branch.", examples=["feature/login"])]
    source: Annotated[str, Doc("Branch or commit it starts at; empty is the default branch.")] = ""


@github.tool_as(aliases=("github_create_branch",))
async def create_branch(call: CreateBranch, context: Context) -> Reference:
    """Start a branch at another branch or at a commit."""
    home = {"owner": call.owner, "repo": call.repo}
    found = Request(url=github.url("/repos/{owner}/{repo}/commits/{ref}", **home, ref=call.source or "HEAD"))
    start: Pointer = github.read(await context.send(found), Pointer)
    branch = {"ref": f"refs/heads/{call.branch}", "sha": start.sha}
    made = Request(method="POST", url=github.url("/repos/{owner}/{repo}/git/refs", **home), json=branch)
    return github.read(await context.send(made), Reference)


@github.delete("/repos/{owner}/{repo}/git/refs/heads/{+branch}", returns=None, aliases=("github_delete_branch",))
class DeleteBranch(InRepository):
    """Remove a branch; its commits stay reachable from elsewhere only."""

    branch: Annotated[str, Doc("Name of the branch.", examples=["feature/login"]), BRANCHES]


@github.get("/repos/{owner}/{repo}/tags", returns=list[Tag], aliases=("github_list_tags",))
class ListTags(Listed):
    """List the tags of a repository."""


@github.get("/repos/{owner}/{repo}/commits", returns=list[Commit], aliases=("github_list_commits",))
class ListCommits(Listed):
    """List commits, newest first."""

    sha: Annotated[str, Doc("Branch or commit to start at; empty is the default branch.")] = ""
    path: Annotated[str, Doc("Only commits that touch this path.")] = ""
    author: Annotated[str, Doc("Only commits by this account or e-mail address.")] = ""
    since: Annotated[str, Doc("Only commits after this time.", examples=["2026-01-31T00:00:00Z"])] = ""
    until: Annotated[str, Doc("Only commits before this time.", examples=["2026-12-31T00:00:00Z"])] = ""


@github.get("/repos/{owner}/{repo}/commits/{ref}", returns=WholeCommit, aliases=("github_get_commit",))
class GetCommit(InRepository):
    """Look up a commit with the files it changes."""

    ref: Annotated[str, Doc("Commit, branch or tag.", examples=["main"]), BRANCHES]


@github.get("/repos/{owner}/{repo}/compare/{base}...{head}", returns=Comparison, aliases=("github_compare_commits",))
class CompareCommits(InRepository):
    """Compare two branches, tags or commits."""

    base: Annotated[str, Doc("Where the comparison starts.", examples=["main"]), BRANCHES]
    head: Annotated[str, Doc("What is compared with it.", examples=["feature/login"]), BRANCHES]

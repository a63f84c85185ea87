"""Pull requests and their reviews."""

from typing import Annotated, Literal

from sim_core.plugin import Doc, Input, LongText, Output
from sim_tool_github.repositories import ChangedFile
from sim_tool_github.service import BRANCHES, Direction, InRepository, Label, Listed, Page, PerPage, User, github


class Side(Output):
    """One side of a pull request."""

    ref: str
    sha: str
    label: str = ""


class Pull(Output):
    """A pull request."""

    number: int
    title: str
    state: str
    html_url: str
    id: int
    head: Side
    base: Side
    body: str | None = None
    draft: bool = False
    user: User | None = None
    labels: list[Label] = []
    assignees: list[User] = []
    requested_reviewers: list[User] = []
    merged_at: str | None = None
    created_at: str = ""
    updated_at: str = ""
    closed_at: str | None = None


class WholePull(Pull):
    """A pull request with what is known only of one at a time."""

    merged: bool = False
    mergeable: bool | None = None
    mergeable_state: str = ""
    comments: int = 0
    commits: int = 0
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0


class Merged(Output):
    """How a merge went."""

    sha: str
    merged: bool
    message: str


class Review(Output):
    """A review."""

    id: int
    state: str
    body: str | None = None
    user: User | None = None
    html_url: str = ""
    submitted_at: str | None = None
    commit_id: str | None = None


class ReviewComment(Output):
    """A comment on a line of a pull request."""

    id: int
    body: str
    path: str
    html_url: str = ""
    line: int | None = None
    side: str | None = None
    user: User | None = None
    commit_id: str = ""
    in_reply_to_id: int | None = None
    created_at: str = ""


class OfPull(InRepository):
    """What every tool of one pull request needs."""

    pull_number: Annotated[int, Doc("Number of the pull request.", ge=1)]


@github.get("/repos/{owner}/{repo}/pulls", returns=list[Pull], aliases=("github_list_prs",))
class ListPullRequests(Listed):
    """List the pull requests of a repository, newest first."""

    state: Annotated[Literal["open", "closed", "all"], Doc("Which of them.")] = "open"
    head: Annotated[str, Doc("Only those from this branch.", examples=["octocat:feature"])] = ""
    base: Annotated[str, Doc("Only those into this branch.", examples=["main"]), BRANCHES] = ""
    sort: Annotated[Literal["created", "updated", "popularity", "long-running"], Doc("By what to sort.")] = "created"
    direction: Direction = "desc"


@github.get("/repos/{owner}/{repo}/pulls/{pull_number}", returns=WholePull, aliases=("github_pr",))
class GetPullRequest(OfPull):
    """Look up a pull request."""


@github.post("/repos/{owner}/{repo}/pulls", returns=WholePull, aliases=("github_create_pr",))
class CreatePullRequest(InRepository):
    """Open a pull request."""

    title: Annotated[str, Doc("Headline of the pull request.")]
    head: Annotated[str, Doc("Branch with the changes; `account:branch` from a fork.", examples=["feature"]), BRANCHES]
    base: Annotated[str, Doc("Branch that the changes go into.", examples=["main"]), BRANCHES]
    body: Annotated[str, Doc("Text, in GitHub Markdown."), LongText()] = ""
    draft: Annotated[bool, Doc("Whether it is not ready to be reviewed.")] = False


@github.patch("/repos/{owner}/{repo}/pulls/{pull_number}", returns=WholePull, aliases=("github_update_pr",))
class UpdatePullRequest(OfPull):
    """Change a pull request; what is left empty stays as it is."""

    title: Annotated[str, Doc("New headline.")] = ""
    body: Annotated[str, Doc("New text, in GitHub Markdown."), LongText()] = ""
    state: Annotated[Literal["open", "closed"] | None, Doc("Open it again, or close it.")] = None
    base: Annotated[str, Doc("Branch that the changes go into from now on."), BRANCHES] = ""


@github.patch(
    "/repos/{owner}/{repo}/pulls/{pull_number}",
    returns=WholePull,
    fixed={"state": "closed"},
    aliases=("github_close_pr",),
)
class ClosePullRequest(OfPull):
    """Close a pull request without merging it."""


@github.put("/repos/{owner}/{repo}/pulls/{pull_number}/merge", returns=Merged, aliases=("github_merge_pr",))
class MergePullRequest(OfPull):
    """Merge a pull request."""

    merge_method: Annotated[Literal["merge", "squash", "rebase"], Doc("How the commits come in.")] = "merge"
    commit_title: Annotated[str, Doc("Headline of the merge commit; empty is GitHub's own.")] = ""
    commit_message: Annotated[str, Doc("Text of the merge commit."), LongText()] = ""
    sha: Annotated[str, Doc("Merge only while the pull request still ends in this commit.")] = ""


@github.get(
    "/repos/{owner}/{repo}/pulls/{pull_number}/files", returns=list[ChangedFile], aliases=("github_get_pr_files",)
)
class ListPullRequestFiles(OfPull):
    """List the files that a pull request changes, with their patches."""

    per_page: PerPage = 30
    page: Page = 1


@github.post(
    "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
    returns=Pull,
    aliases=("github_request_reviewers",),
)
class RequestReviewers(OfPull):
    """Ask people or teams to review a pull request."""

    reviewers: Annotated[tuple[str, ...], Doc("Accounts to ask.", examples=[["octocat"]])] = ()
    team_reviewers: Annotated[tuple[str, ...], Doc("Teams to ask, by their short names.")] = ()


class LineComment(Input):
    """A comment on one line."""

    path: Annotated[str, Doc("File, from the root of the repository.")]
    body: Annotated[str, Doc("Text, in GitHub Markdown.")]
    line: Annotated[int, Doc("Line of the file.", ge=1)]
    side: Annotated[Literal["LEFT", "RIGHT"] | None, Doc("The old file, or the new one.")] = None


@github.post("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", returns=Review, aliases=("github_create_pr_review",))
class CreateReview(OfPull):
    """Review a pull request: approve it, ask for changes, or comment."""

    event: Annotated[Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"], Doc("What the review says.")]
    body: Annotated[str, Doc("Text, needed unless it approves."), LongText()] = ""
    comments: Annotated[tuple[LineComment, ...], Doc("Comments on lines.")] = ()


@github.get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", returns=list[Review])
class ListReviews(OfPull):
    """List the reviews of a pull request, oldest first."""

    per_page: PerPage = 30
    page: Page = 1


@github.get(
    "/repos/{owner}/{repo}/pulls/{pull_number}/comments",
    returns=list[ReviewComment],
    aliases=("github_list_pr_comments",),
)
class ListReviewComments(OfPull):
    """List the comments on lines of a pull request."""

    sort: Annotated[Literal["created", "updated"], Doc("By what to sort.")] = "created"
    direction: Direction = "asc"
    since: Annotated[str, Doc("Only those changed after this time.", examples=["2026-01-31T00:00:00Z"])] = ""
    per_page: PerPage = 30
    page: Page = 1


@github.post("/repos/{owner}/{repo}/pulls/{pull_number}/comments", returns=ReviewComment, aliases=("github_comment",))
class CreateReviewComment(OfPull):
    """Comment on one line of a pull request."""

    body: Annotated[str, Doc("Text, in GitHub Markdown."), LongText()]
    commit_id: Annotated[str, Doc("Commit that the line belongs to; usually the last one.")]
    path: Annotated[str, Doc("File, from the root of the repository.", examples=["src/app.py"])]
    line: Annotated[int, Doc("Line of the file.", ge=1)]
    side: Annotated[Literal["LEFT", "RIGHT"] | None, Doc("The old file, or the new one.")] = None

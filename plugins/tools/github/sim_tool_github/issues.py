"""Issues and their comments, labels and assignees."""

from typing import Annotated, Literal

from sim_core.plugin import Doc, LongText, Output
from sim_tool_github.service import (
    ASSIGNEES,
    LABELS,
    Direction,
    InRepository,
    Label,
    Listed,
    Page,
    PerPage,
    User,
    github,
)


class PullLink(Output):
    """Where the pull request is, for an issue that is one."""

    html_url: str = ""


class Milestone(Output):
    """A goal that issues belong to."""

    number: int
    title: str
    state: str = ""


class Issue(Output):
    """An issue; GitHub counts pull requests among them."""

    number: int
    title: str
    state: str
    html_url: str
    id: int
    body: str | None = None
    state_reason: str | None = None
    user: User | None = None
    labels: list[Label] = []
    assignees: list[User] = []
    milestone: Milestone | None = None
    comments: int = 0
    locked: bool = False
    pull_request: PullLink | None = None
    created_at: str = ""
    updated_at: str = ""
    closed_at: str | None = None


class Comment(Output):
    """A comment on an issue or a pull request."""

    id: int
    body: str = ""
    html_url: str = ""
    user: User | None = None
    created_at: str = ""
    updated_at: str = ""


Number = Annotated[int, Doc("Number of the issue or pull request.", ge=1)]
Text = Annotated[str, Doc("Text, in GitHub Markdown."), LongText()]
Labels = Annotated[tuple[str, ...], Doc("Names of labels.", examples=[["bug"]]), LABELS]
Logins = Annotated[tuple[str, ...], Doc("Accounts to assign.", examples=[["octocat"]]), ASSIGNEES]


class OfIssue(InRepository):
    """What every tool of one issue needs."""

    issue_number: Number


@github.get("/repos/{owner}/{repo}/labels", returns=list[Label])
class ListLabels(Listed):
    """List the labels of a repository."""


@github.get("/repos/{owner}/{repo}/assignees", returns=list[User])
class ListAssignees(Listed):
    """List the accounts that issues of a repository can be assigned to."""


@github.post("/repos/{owner}/{repo}/issues", returns=Issue, aliases=("github_create_issue",))
class CreateIssue(InRepository):
    """Open an issue in a repository."""

    title: Annotated[str, Doc("Headline of the issue.")]
    body: Text = ""
    labels: Labels = ()
    assignees: Logins = ()
    milestone: Annotated[int | None, Doc("Number of the milestone it belongs to.")] = None


@github.get("/repos/{owner}/{repo}/issues", returns=list[Issue], aliases=("github_list_issues",))
class ListIssues(Listed):
    """List the issues of a repository, newest first; pull requests are among them."""

    state: Annotated[Literal["open", "closed", "all"], Doc("Which of them.")] = "open"
    labels: Annotated[str, Doc("Only those with all of these labels, separated by commas.", examples=["bug,ui"])] = ""
    assignee: Annotated[str, Doc("Only those assigned to this account; `none` and `*` work too.")] = ""
    creator: Annotated[str, Doc("Only those that this account opened.")] = ""
    milestone: Annotated[str, Doc("Only those of this milestone's number; `none` and `*` work too.")] = ""
    since: Annotated[str, Doc("Only those changed after this time.", examples=["2026-01-31T00:00:00Z"])] = ""
    sort: Annotated[Literal["created", "updated", "comments"], Doc("By what to sort.")] = "created"
    direction: Direction = "desc"


@github.get("/repos/{owner}/{repo}/issues/{issue_number}", returns=Issue, aliases=("github_get_issue",))
class GetIssue(OfIssue):
    """Look up an issue."""


@github.patch("/repos/{owner}/{repo}/issues/{issue_number}", returns=Issue, aliases=("github_update_issue",))
class UpdateIssue(OfIssue):
    """Change an issue; what is left empty stays as it is."""

    title: Annotated[str, Doc("New headline.")] = ""
    body: Text = ""
    state: Annotated[Literal["open", "closed"] | None, Doc("Open it again, or close it.")] = None
    labels: Annotated[tuple[str, ...] | None, Doc("Labels it has from now on, in place of the old ones."), LABELS] = (
        None
    )
    assignees: Annotated[
        tuple[str, ...] | None, Doc("Who is assigned from now on, in place of the old ones."), ASSIGNEES
    ] = None
    milestone: Annotated[int | None, Doc("Number of the milestone it belongs to.")] = None


@github.patch(
    "/repos/{owner}/{repo}/issues/{issue_number}",
    returns=Issue,
    fixed={"state": "closed"},
    aliases=("github_close_issue",),
)
class CloseIssue(OfIssue):
    """Close an issue and say why."""

    state_reason: Annotated[Literal["completed", "not_planned", "duplicate"], Doc("Why it is closed.")] = "completed"


@github.post("/repos/{owner}/{repo}/issues/{issue_number}/labels", returns=list[Label], aliases=("github_add_labels",))
class AddLabels(OfIssue):
    """Put labels on an issue or pull request."""

    labels: Labels


@github.delete(
    "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
    returns=list[Label],
    aliases=("github_remove_label",),
)
class RemoveLabel(OfIssue):
    """Take a label off an issue or pull request."""

    name: Annotated[str, Doc("Name of the label.", examples=["bug"])]


@github.post("/repos/{owner}/{repo}/issues/{issue_number}/assignees", returns=Issue, aliases=("github_add_assignees",))
class AddAssignees(OfIssue):
    """Assign accounts to an issue or pull request."""

    assignees: Logins


@github.post("/repos/{owner}/{repo}/issues/{issue_number}/comments", returns=Comment, aliases=("github_issue_comment",))
class CreateComment(OfIssue):
    """Comment on an issue or pull request."""

    body: Text


@github.get(
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    returns=list[Comment],
    aliases=("github_list_issue_comments",),
)
class ListComments(OfIssue):
    """List the comments on an issue or pull request, oldest first."""

    since: Annotated[str, Doc("Only those changed after this time.", examples=["2026-01-31T00:00:00Z"])] = ""
    per_page: PerPage = 30
    page: Page = 1


@github.patch("/repos/{owner}/{repo}/issues/comments/{comment_id}", returns=Comment, aliases=("github_update_comment",))
class UpdateComment(InRepository):
    """Rewrite a comment."""

    comment_id: Annotated[int, Doc("ID of the comment.")]
    body: Text


@github.delete("/repos/{owner}/{repo}/issues/comments/{comment_id}", returns=None, aliases=("github_delete_comment",))
class DeleteComment(InRepository):
    """Remove a comment."""

    comment_id: Annotated[int, Doc("ID of the comment.")]

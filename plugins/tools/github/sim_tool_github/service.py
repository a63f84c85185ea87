"""GitHub: where it lives, and the shapes that several tools share."""

from typing import Annotated, Literal

from sim_core.plugin import Bearer, Doc, Input, Integration, OAuth, Options, Output

github = Integration(
    "github",
    title="GitHub",
    doc="Issues, pull requests, files, releases and workflows of GitHub repositories.",
    base_url="https://api.github.com",
    auth=Bearer("GITHUB_TOKEN")
    | OAuth(
        "github",
        scopes=("repo", "read:user", "workflow"),
        authorize_url="https://github.com/login/oauth/authorize",
        token_url="https://github.com/login/oauth/access_token",
        account_url="https://api.github.com/user",
        account=("login",),
    ),
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    # Logs are redirected to short-lived addresses of these.
    hosts=("*.githubusercontent.com", "*.blob.core.windows.net"),
    docs_url="https://docs.github.com/en/rest",
    color="#24292f",
    aliases=("github_v2",),
    renames={"pullNumber": "pull_number"},
)

MINE = {"per_page": 100}
HERE = {"owner": "$owner", "repo": "$repo"}
BRANCHES = Options("list_branches", value="name", inputs={**HERE, **MINE}, cursor="page")
LABELS = Options("list_labels", value="name", detail="description", inputs={**HERE, **MINE}, cursor="page")
ASSIGNEES = Options("list_assignees", value="login", label="login", inputs={**HERE, **MINE}, cursor="page")
WORKFLOWS = Options("list_workflows", detail="path", inputs={**HERE, **MINE}, cursor="page")
Login = Annotated[
    str,
    Doc("Account that owns the repository.", examples=["octocat"]),
    Options("list_my_repositories", value="owner.login", label="owner.login", inputs=MINE, cursor="page"),
]
Repo = Annotated[
    str,
    Doc("Name of the repository, without its owner.", examples=["hello-world"]),
    Options(
        "list_my_repositories",
        value="name",
        detail="description",
        inputs=MINE,
        only={"owner.login": "$owner"},
        cursor="page",
    ),
]
PerPage = Annotated[int, Doc("How many on one page.", ge=1, le=100)]
Page = Annotated[int, Doc("Which page, from 1.", ge=1)]
Direction = Annotated[Literal["asc", "desc"], Doc("Ascending or descending.")]


class InRepository(Input):
    """What every tool of one repository needs."""

    owner: Login
    repo: Repo


class Listed(InRepository):
    """What every list of one repository may say."""

    per_page: PerPage = 30
    page: Page = 1


class User(Output):
    """An account."""

    login: str
    id: int
    type: str = "User"
    html_url: str = ""


class Label(Output):
    """A label of issues and pull requests."""

    name: str
    color: str = ""
    description: str | None = None

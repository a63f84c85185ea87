"""Workflows of GitHub Actions, and releases."""

from typing import Annotated, Any, Literal

from sim_core.plugin import Doc, LongText, Output
from sim_tool_github.service import BRANCHES, WORKFLOWS, InRepository, Listed, User, github


class Workflow(Output):
    """A workflow of the repository."""

    id: int
    name: str
    path: str
    state: str
    html_url: str = ""


class WorkflowRun(Output):
    """One run of a workflow."""

    id: int
    status: str | None
    conclusion: str | None = None
    name: str | None = None
    display_title: str = ""
    event: str = ""
    head_branch: str | None = None
    head_sha: str = ""
    run_number: int = 0
    run_attempt: int = 1
    workflow_id: int = 0
    html_url: str = ""
    actor: User | None = None
    created_at: str = ""
    updated_at: str = ""


class Job(Output):
    """One job of a run."""

    id: int
    name: str
    status: str
    conclusion: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    html_url: str | None = None


class Asset(Output):
    """A file of a release."""

    id: int
    name: str
    size: int
    browser_download_url: str
    download_count: int = 0


class Release(Output):
    """A release."""

    id: int
    tag_name: str
    html_url: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    target_commitish: str = ""
    author: User | None = None
    assets: list[Asset] = []
    created_at: str = ""
    published_at: str | None = None


class OfRun(InRepository):
    """What every tool of one run needs."""

    run_id: Annotated[int, Doc("ID of the run.")]


@github.get(
    "/repos/{owner}/{repo}/actions/workflows",
    returns=list[Workflow],
    pick="workflows",
    aliases=("github_list_workflows",),
)
class ListWorkflows(Listed):
    """List the workflows of a repository."""


@github.post(
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
    returns=None,
    aliases=("github_trigger_workflow",),
)
class DispatchWorkflow(InRepository):
    """Start a workflow that can be started by hand."""

    workflow_id: Annotated[str, Doc("File name or ID of the workflow.", examples=["deploy.yml"]), WORKFLOWS]
    ref: Annotated[str, Doc("Branch or tag to run it on.", examples=["main"]), BRANCHES]
    inputs: Annotated[dict[str, Any], Doc("What the workflow asks for, by name.")] = {}


@github.get(
    "/repos/{owner}/{repo}/actions/runs",
    returns=list[WorkflowRun],
    pick="workflow_runs",
    aliases=("github_list_workflow_runs",),
)
class ListWorkflowRuns(Listed):
    """List the runs of a repository's workflows, newest first."""

    branch: Annotated[str, Doc("Only those of this branch."), BRANCHES] = ""
    event: Annotated[str, Doc("Only those that this event started.", examples=["push"])] = ""
    status: Annotated[str, Doc("Only those of this status or conclusion.", examples=["failure"])] = ""
    actor: Annotated[str, Doc("Only those that this account started.")] = ""


@github.get("/repos/{owner}/{repo}/actions/runs/{run_id}", returns=WorkflowRun, aliases=("github_get_workflow_run",))
class GetWorkflowRun(OfRun):
    """Look up a run of a workflow."""


@github.get("/repos/{owner}/{repo}/actions/runs/{run_id}/jobs", returns=list[Job], pick="jobs")
class ListRunJobs(OfRun):
    """List the jobs of a run."""


@github.get("/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", returns=str, aliases=("github_job_logs",))
class GetJobLogs(InRepository):
    """Read what a job printed."""

    job_id: Annotated[int, Doc("ID of the job.")]


@github.post(
    "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel",
    returns=None,
    body="none",
    aliases=("github_cancel_workflow_run",),
)
class CancelWorkflowRun(OfRun):
    """Stop a run of a workflow."""


@github.post("/repos/{owner}/{repo}/actions/runs/{run_id}/rerun", returns=None, aliases=("github_rerun_workflow",))
class RerunWorkflow(OfRun):
    """Run a workflow again as it ran."""

    enable_debug_logging: Annotated[bool, Doc("Whether it prints more this time.")] = False


@github.get("/repos/{owner}/{repo}/releases", returns=list[Release], aliases=("github_list_releases",))
class ListReleases(Listed):
    """List the releases of a repository, newest first."""


@github.get("/repos/{owner}/{repo}/releases/latest", returns=Release, aliases=("github_get_latest_release",))
class GetLatestRelease(InRepository):
    """Look up the latest release that is neither a draft nor a preview."""


@github.post("/repos/{owner}/{repo}/releases", returns=Release, aliases=("github_create_release",))
class CreateRelease(InRepository):
    """Publish a release."""

    tag_name: Annotated[str, Doc("Tag of the release, made if it does not exist.", examples=["v1.0.0"])]
    name: Annotated[str, Doc("Headline of the release.")] = ""
    body: Annotated[str, Doc("What is new, in GitHub Markdown."), LongText()] = ""
    target_commitish: Annotated[str, Doc("Branch or commit that a new tag points to.")] = ""
    draft: Annotated[bool, Doc("Whether it stays unpublished.")] = False
    prerelease: Annotated[bool, Doc("Whether it is only a preview.")] = False
    generate_release_notes: Annotated[bool, Doc("Whether GitHub lists the changes itself.")] = False
    make_latest: Annotated[Literal["true", "false", "legacy"], Doc("Whether it becomes the latest one.")] = "true"


@github.delete("/repos/{owner}/{repo}/releases/{release_id}", returns=None, aliases=("github_delete_release",))
class DeleteRelease(InRepository):
    """Remove a release; its tag stays."""

    release_id: Annotated[int, Doc("ID of the release.")]

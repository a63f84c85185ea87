"""Files and folders of a repository."""

from base64 import b64decode, b64encode
from typing import Annotated

from sim_core.plugin import Context, Doc, LongText, Output, Request
from sim_tool_github.service import BRANCHES, InRepository, github

CONTENTS = "/repos/{owner}/{repo}/contents/{+path}"


class Entry(Output):
    """A file or folder."""

    name: str
    path: str
    sha: str
    size: int
    type: str
    html_url: str | None = None
    download_url: str | None = None


class File(Entry):
    """A file with what is in it."""

    content: str = ""
    encoding: str = ""


class SavedCommit(Output):
    """The commit that a change made."""

    sha: str
    message: str = ""
    html_url: str = ""


class Saved(Output):
    """What a change of a file came to."""

    content: Entry | None = None
    commit: SavedCommit


FilePath = Annotated[str, Doc("Path from the root of the repository.", examples=["docs/index.md"])]
Ref = Annotated[str, Doc("Branch, tag or commit; empty is the default branch."), BRANCHES]
Message = Annotated[str, Doc("What the commit says.")]
InBranch = Annotated[str, Doc("Branch to commit to; empty is the default branch."), BRANCHES]


class GetFile(InRepository):
    """Which file to read."""

    path: FilePath
    ref: Ref = ""


@github.tool_as(aliases=("github_get_file_content",))
async def get_file(call: GetFile, context: Context) -> File:
    """Read a file; text comes as text, anything else as base64, up to 100 MB."""
    url = github.url(CONTENTS, owner=call.owner, repo=call.repo, path=call.path)
    query = {"ref": call.ref or None}
    file: File = github.read(await context.send(Request(url=url, query=query)), File)
    if file.encoding == "base64":
        return _opened(file, b64decode(file.content))
    # Past 1 MB GitHub leaves the content out unless it is asked for raw.
    raw = Request(url=url, query=query, headers={"Accept": "application/vnd.github.raw+json"})
    return _opened(file, github.read(await context.send(raw), bytes))


class GetReadme(InRepository):
    """Of which state of the repository."""

    ref: Ref = ""


@github.tool_as(aliases=("github_get_readme",))
async def get_readme(call: GetReadme, context: Context) -> File:
    """Read the README of a repository."""
    url = github.url("/repos/{owner}/{repo}/readme", owner=call.owner, repo=call.repo)
    file: File = github.read(await context.send(Request(url=url, query={"ref": call.ref or None})), File)
    return _opened(file, b64decode(file.content))


@github.get(CONTENTS, returns=list[Entry], aliases=("github_get_tree",))
class ListFiles(InRepository):
    """List the files and folders of a folder."""

    path: Annotated[str, Doc("Folder, from the root of the repository.", examples=["docs"])]
    ref: Ref = ""


class PutFile(InRepository):
    """A file and what to put into it."""

    path: FilePath
    content: Annotated[str, Doc("What the file holds, as text."), LongText(8)]
    message: Message
    branch: InBranch = ""
    sha: Annotated[str, Doc("SHA of the file that is replaced; empty looks it up, and makes the file if need be.")] = ""


@github.tool_as(aliases=("github_create_file", "github_update_file"))
async def put_file(call: PutFile, context: Context) -> Saved:
    """Create a file, or replace what is in it, as a commit of its own."""
    url = github.url(CONTENTS, owner=call.owner, repo=call.repo, path=call.path)
    sha = call.sha or await _sha(url, call.branch, context)
    content = b64encode(call.content.encode()).decode()
    body = {"message": call.message, "content": content, "branch": call.branch, "sha": sha}
    put = Request(method="PUT", url=url, json={name: value for name, value in body.items() if value})
    return github.read(await context.send(put), Saved)


@github.delete(CONTENTS, returns=Saved, body="json", aliases=("github_delete_file",))
class DeleteFile(InRepository):
    """Remove a file, as a commit of its own."""

    path: FilePath
    message: Message
    sha: Annotated[str, Doc("SHA of the file, as reading it tells.")]
    branch: InBranch = ""


async def _sha(url: str, branch: str, context: Context) -> str:
    reply = await context.send(Request(url=url, query={"ref": branch or None}))
    return "" if reply.status == 404 else github.read(reply, Entry).sha


def _opened(file: File, content: bytes) -> File:
    facts = {name: getattr(file, name) for name in Entry.__struct_fields__}
    try:
        return File(**facts, content=content.decode(), encoding="utf-8")
    except UnicodeDecodeError:
        return File(**facts, content=b64encode(content).decode(), encoding="base64")

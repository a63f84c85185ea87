"""Files, canvases and views."""

from base64 import b64decode
from typing import Annotated, Any, Literal

from sim_core.plugin import Advanced, Context, Doc, Input, Invalid, LongText, Output, Refused, Request, Widget
from sim_tool_slack.service import ThreadTs, slack


class SlackFile(Output):
    """A file."""

    id: str
    name: str | None = None
    title: str = ""
    mimetype: str = ""
    size: int = 0
    user: str = ""
    permalink: str = ""
    url_private: str = ""
    created: int = 0


class Place(Output):
    """Where Slack wants a file to be sent."""

    upload_url: str
    file_id: str


class UploadFile(Input):
    """A file, and who gets to see it."""

    filename: Annotated[str, Doc("Name of the file.", examples=["report.csv"])]
    content: Annotated[str, Doc("What the file holds."), LongText(8)]
    encoding: Annotated[Literal["text", "base64"], Doc("How the content is written."), Advanced()] = "text"
    channel_id: Annotated[str, Doc("Channel to share it in; empty keeps it private.", examples=["C024BE91L"])] = ""
    title: Annotated[str, Doc("Title; empty is the name of the file.")] = ""
    initial_comment: Annotated[str, Doc("Message that introduces the file."), LongText()] = ""
    thread_ts: ThreadTs = ""


@slack.tool
async def upload_file(call: UploadFile, context: Context) -> SlackFile:
    """Upload a file and share it in a channel."""
    content = _bytes(call)
    asked = Request(
        method="POST",
        url=slack.url("/files.getUploadURLExternal"),
        form={"filename": call.filename, "length": len(content)},
    )
    place: Place = slack.read(await context.send(asked), Place)
    sent = await context.send(Request(method="POST", url=place.upload_url, content=content))
    if sent.status != 200:
        raise Refused(f"Slack answered {sent.status} to the file", http_status=sent.status)
    shared = {"channel_id": call.channel_id, "initial_comment": call.initial_comment, "thread_ts": call.thread_ts}
    done = Request(
        method="POST",
        url=slack.url("/files.completeUploadExternal"),
        json={
            "files": [{"id": place.file_id, "title": call.title or call.filename}],
            **{name: value for name, value in shared.items() if value},
        },
    )
    files: list[SlackFile] = slack.read(await context.send(done), list[SlackFile], pick="files")
    if not files:
        raise Refused("Slack answered without the file")
    return files[0]


@slack.get("/files.info", returns=SlackFile, pick="file")
class GetFile(Input):
    """Look up a file."""

    file: Annotated[str, Doc("ID of the file.", examples=["F0TD00400"])]


@slack.get("/files.list", returns=list[SlackFile], pick="files")
class ListFiles(Input):
    """List files, newest first."""

    channel: Annotated[str, Doc("Only those shared in this channel.", examples=["C024BE91L"])] = ""
    user: Annotated[str, Doc("Only those of this person.", examples=["U024BE7LH"])] = ""
    types: Annotated[str, Doc("Only these kinds, separated by commas.", examples=["images,pdfs"])] = ""
    count: Annotated[int, Doc("How many on one page.", ge=1, le=1000)] = 100
    page: Annotated[int, Doc("Which page, from 1.", ge=1)] = 1


@slack.post("/files.delete", returns=None)
class DeleteFile(Input):
    """Remove a file."""

    file: Annotated[str, Doc("ID of the file.", examples=["F0TD00400"])]


class CreateCanvas(Input):
    """A canvas, and where it belongs."""

    title: Annotated[str, Doc("Title of the canvas.")] = ""
    markdown: Annotated[str, Doc("What it says, in Markdown."), LongText(8)] = ""
    channel_id: Annotated[str, Doc("Channel whose tab it becomes; empty is none.", examples=["C024BE91L"])] = ""


class Canvas(Output):
    """A canvas."""

    canvas_id: str


@slack.tool_as(aliases=("canvas", "slack_canvas"))
async def create_canvas(call: CreateCanvas, context: Context) -> Canvas:
    """Write a canvas."""
    given: dict[str, Any] = {"title": call.title, "channel_id": call.channel_id}
    body = {name: value for name, value in given.items() if value}
    if call.markdown:
        body["document_content"] = {"type": "markdown", "markdown": call.markdown}
    return slack.read(await context.send(Request(method="POST", url=slack.url("/canvases.create"), json=body)), Canvas)


class View(Output):
    """A view that is shown."""

    id: str
    hash: str = ""
    type: str = ""
    callback_id: str = ""


ViewJson = Annotated[dict[str, Any], Doc("The view, in Block Kit."), Widget("json")]


@slack.post("/views.open", returns=View, pick="view", aliases=("slack_open_view",))
class OpenView(Input):
    """Open a dialog for the person who clicked."""

    trigger_id: Annotated[str, Doc("ID of the click, which is valid for three seconds.")]
    view: ViewJson


@slack.post("/views.update", returns=View, pick="view", aliases=("slack_update_view",))
class UpdateView(Input):
    """Change a view that is shown."""

    view: ViewJson
    view_id: Annotated[str, Doc("ID of the view.")]
    hash: Annotated[str, Doc("Change it only while it is still in this state."), Advanced()] = ""


@slack.post("/views.publish", returns=View, pick="view", aliases=("slack_publish_view",))
class PublishHome(Input):
    """Set what a person sees on the app's home tab."""

    user_id: Annotated[str, Doc("ID of the person.", examples=["U024BE7LH"])]
    view: ViewJson


def _bytes(call: UploadFile) -> bytes:
    if call.encoding == "text":
        return call.content.encode()
    try:
        return b64decode(call.content, validate=True)
    except ValueError:
        raise Invalid("the content is not base64", code="invalid_input") from None

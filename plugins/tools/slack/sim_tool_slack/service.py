"""Slack: where it lives, how it refuses, and the shapes that several tools share."""

from typing import Annotated, Any

from sim_core.plugin import Bearer, Doc, Integration, LongText, OAuth, Options, Output, Reply, Widget


class Refusal(Output):
    """What Slack says of itself in every answer."""

    ok: bool = True
    error: str = ""
    needed: str = ""
    response_metadata: dict[str, Any] = {}


def refusal(reply: Reply) -> str | None:
    """Why Slack refused: it answers 200 all the same, and only the body tells."""
    status = reply.into(Refusal)
    if status.ok:
        return None
    details = [f"the app needs the scope {status.needed}"] if status.needed else []
    details += [str(words) for words in status.response_metadata.get("messages", ())]
    return f"{status.error} ({'; '.join(details)})" if details else status.error


slack = Integration(
    "slack",
    title="Slack",
    doc="Messages, channels, people, files and canvases of a Slack workspace.",
    base_url="https://slack.com/api",
    auth=Bearer("SLACK_BOT_TOKEN")
    | OAuth(
        "slack",
        scopes=(
            "chat:write", "chat:write.public", "channels:read", "channels:history", "channels:manage", "channels:join",
            "groups:read", "groups:history", "groups:write", "im:read", "im:history", "im:write", "mpim:write",
            "users:read", "users:read.email", "files:read", "files:write", "reactions:read", "reactions:write",
            "canvases:write",
        ),
        authorize_url="https://slack.com/oauth/v2/authorize",
        token_url="https://slack.com/api/oauth.v2.access",
        account_url="https://slack.com/api/auth.test",
        account=("team",),
    ),
    # Slack says itself where a file goes: https://docs.slack.dev/messaging/working-with-files
    hosts=("files.slack.com",),
    refusal=refusal,
    docs_url="https://docs.slack.dev/reference/methods",
    color="#4a154b",
    aliases=("slack_v2",),
    renames={"manualChannel": "channel", "emojiName": "name", "reactionTimestamp": "timestamp"},
)  # fmt: skip

CHANNELS = Options(
    "list_channels",
    detail="purpose.value",
    inputs={"types": "public_channel,private_channel", "exclude_archived": True, "limit": 1000},
)
PEOPLE = Options("list_users", label="profile.real_name", detail="profile.email", inputs={"limit": 1000})
Channel = Annotated[str, Doc("ID of the channel, group or direct message.", examples=["C024BE91L"]), CHANNELS]
UserId = Annotated[str, Doc("ID of the person.", examples=["U024BE7LH"]), PEOPLE]
Stamp = Annotated[str, Doc("Timestamp of the message, which is how Slack names it.", examples=["1503435956.000247"])]
Text = Annotated[str, Doc("Text, in Slack's mrkdwn."), LongText()]
Blocks = Annotated[list[dict[str, Any]], Doc("Layout in Block Kit, in place of plain text."), Widget("json")]
ThreadTs = Annotated[str, Doc("Timestamp of the message to answer in its thread.", examples=["1503435956.000247"])]


class Message(Output):
    """A message."""

    ts: str
    type: str = "message"
    text: str = ""
    user: str = ""
    bot_id: str = ""
    subtype: str = ""
    thread_ts: str = ""
    reply_count: int = 0
    reactions: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    attachments: list[dict[str, Any]] = []


class Topic(Output):
    """What a channel says of itself."""

    value: str = ""


class Conversation(Output):
    """A channel, a group or a direct message."""

    id: str
    name: str = ""
    is_channel: bool = False
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    is_member: bool = False
    num_members: int | None = None
    user: str = ""
    creator: str = ""
    created: int = 0
    topic: Topic = Topic()
    purpose: Topic = Topic()


class Profile(Output):
    """What a person says of themselves."""

    real_name: str = ""
    display_name: str = ""
    email: str = ""
    title: str = ""
    status_text: str = ""
    image_192: str = ""


class Person(Output):
    """A member of the workspace, or a bot."""

    id: str
    name: str = ""
    real_name: str = ""
    tz: str = ""
    deleted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    profile: Profile = Profile()

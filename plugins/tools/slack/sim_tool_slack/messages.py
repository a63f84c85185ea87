"""Messages: sent, changed, taken back, read, and reacted to."""

from typing import Annotated

from sim_core.plugin import Doc, Input, Output
from sim_tool_slack.service import CHANNELS, Blocks, Channel, Message, Stamp, Text, ThreadTs, UserId, slack


class Posted(Output):
    """A message that was sent."""

    channel: str
    ts: Annotated[str, Doc("Timestamp, which is how Slack names a message.")]
    message: Message | None = None


class Changed(Output):
    """A message that was changed."""

    channel: str
    ts: str
    text: str = ""


class Gone(Output):
    """A message that is no more."""

    channel: str
    ts: str


class Whispered(Output):
    """A message that only one person saw."""

    message_ts: str


class Scheduled(Output):
    """A message that waits."""

    channel: str
    scheduled_message_id: str
    post_at: int


class Waiting(Output):
    """A message that waits, in a list."""

    id: str
    channel_id: str
    post_at: int
    date_created: int = 0
    text: str = ""


class Permalink(Output):
    """The address of a message."""

    channel: str
    permalink: str


class Page(Output):
    """Messages, newest first, and whether there are more."""

    messages: list[Message]
    has_more: bool = False


@slack.post("/chat.postMessage", returns=Posted, aliases=("send", "slack_message"))
class PostMessage(Input):
    """Post a message to a channel, a thread or a person."""

    channel: Annotated[
        str, Doc("ID or name of the channel, or ID of a person.", examples=["C024BE91L", "#general"]), CHANNELS
    ]
    text: Text = ""
    thread_ts: ThreadTs = ""
    blocks: Blocks = []
    reply_broadcast: Annotated[bool, Doc("Whether an answer in a thread is shown in the channel too.")] = False
    unfurl_links: Annotated[bool | None, Doc("Whether links are shown with a preview.")] = None
    username: Annotated[str, Doc("Name to post under, in place of the app's.")] = ""
    icon_emoji: Annotated[str, Doc("Emoji to post with, in place of the app's icon.", examples=[":robot_face:"])] = ""


@slack.post("/chat.postEphemeral", returns=Whispered, aliases=("ephemeral", "slack_ephemeral_message"))
class PostEphemeral(Input):
    """Show a message in a channel to one person only."""

    channel: Channel
    user: UserId
    text: Text = ""
    thread_ts: ThreadTs = ""
    blocks: Blocks = []


@slack.post("/chat.update", returns=Changed, aliases=("update", "slack_update_message"))
class UpdateMessage(Input):
    """Change a message that the app sent."""

    channel: Channel
    ts: Stamp
    text: Text = ""
    blocks: Blocks = []


@slack.post("/chat.delete", returns=Gone, aliases=("delete", "slack_delete_message"))
class DeleteMessage(Input):
    """Take back a message that the app sent."""

    channel: Channel
    ts: Stamp


@slack.post("/chat.scheduleMessage", returns=Scheduled, aliases=("slack_schedule_message",))
class ScheduleMessage(Input):
    """Post a message later, up to 120 days ahead."""

    channel: Channel
    post_at: Annotated[int, Doc("When, in Unix seconds.", examples=[1769817600])]
    text: Text = ""
    thread_ts: ThreadTs = ""
    blocks: Blocks = []


@slack.post(
    "/chat.scheduledMessages.list",
    returns=list[Waiting],
    pick="scheduled_messages",
    aliases=("slack_list_scheduled_messages",),
)
class ListScheduledMessages(Input):
    """List the messages that wait to be posted."""

    channel: Annotated[str, Doc("Only those for this channel.", examples=["C024BE91L"])] = ""
    limit: Annotated[int, Doc("How many at most.", ge=1, le=100)] = 100


@slack.post("/chat.deleteScheduledMessage", returns=None, aliases=("slack_delete_scheduled_message",))
class DeleteScheduledMessage(Input):
    """Take back a message before it is posted."""

    channel: Channel
    scheduled_message_id: Annotated[str, Doc("ID of the message that waits.", examples=["Q1298393284"])]


@slack.get("/chat.getPermalink", returns=Permalink, aliases=("slack_get_permalink",))
class GetPermalink(Input):
    """Find the address of a message."""

    channel: Channel
    message_ts: Stamp


@slack.get("/conversations.history", returns=Page, aliases=("read", "slack_message_reader"))
class ReadChannel(Input):
    """Read the messages of a channel, newest first."""

    channel: Channel
    limit: Annotated[int, Doc("How many at most.", ge=1, le=999)] = 100
    oldest: Annotated[str, Doc("Only messages after this timestamp.", examples=["1503435956.000247"])] = ""
    latest: Annotated[str, Doc("Only messages before this timestamp.", examples=["1503435956.000247"])] = ""
    inclusive: Annotated[bool, Doc("Whether messages of exactly those timestamps count.")] = False


@slack.get("/conversations.replies", returns=Page, aliases=("slack_get_thread", "slack_get_thread_replies"))
class ReadThread(Input):
    """Read a thread: its first message, then the answers."""

    channel: Channel
    ts: Stamp
    limit: Annotated[int, Doc("How many at most.", ge=1, le=999)] = 100
    oldest: Annotated[str, Doc("Only messages after this timestamp.", examples=["1503435956.000247"])] = ""
    latest: Annotated[str, Doc("Only messages before this timestamp.", examples=["1503435956.000247"])] = ""


class Reacting(Input):
    """A reaction to a message."""

    channel: Channel
    timestamp: Stamp
    name: Annotated[str, Doc("Name of the emoji, without colons.", examples=["thumbsup"])]


@slack.post("/reactions.add", returns=None, aliases=("react", "slack_add_reaction"))
class AddReaction(Reacting):
    """React to a message with an emoji."""


@slack.post("/reactions.remove", returns=None, aliases=("unreact", "slack_remove_reaction"))
class RemoveReaction(Reacting):
    """Take back a reaction."""

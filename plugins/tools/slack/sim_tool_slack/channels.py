"""Channels and the people in them."""

from typing import Annotated

from sim_core.plugin import Doc, Input, Output, Pages
from sim_tool_slack.service import Channel, Conversation, Person, UserId, slack

CURSOR = Pages(cursor="response_metadata.next_cursor")


class Presence(Output):
    """Whether a person is there."""

    presence: str
    online: bool = False


@slack.get(
    "/conversations.list", returns=list[Conversation], pick="channels", pages=CURSOR, aliases=("slack_list_channels",)
)
class ListChannels(Input):
    """List the channels that the app can see."""

    types: Annotated[
        str,
        Doc("Kinds, separated by commas: public_channel, private_channel, mpim, im.", examples=["public_channel,im"]),
    ] = "public_channel"
    exclude_archived: Annotated[bool, Doc("Whether to leave out archived ones.")] = False
    limit: Annotated[int, Doc("How many on one page; up to ten pages are read.", ge=1, le=1000)] = 200


@slack.get("/conversations.info", returns=Conversation, pick="channel", aliases=("slack_get_channel_info",))
class GetChannel(Input):
    """Look up a channel."""

    channel: Channel
    include_num_members: Annotated[bool, Doc("Whether to count its members.")] = False


@slack.get("/conversations.members", returns=list[str], pick="members", pages=CURSOR, aliases=("slack_list_members",))
class ListMembers(Input):
    """List the IDs of a channel's members."""

    channel: Channel
    limit: Annotated[int, Doc("How many on one page; up to ten pages are read.", ge=1, le=1000)] = 200


@slack.post("/conversations.create", returns=Conversation, pick="channel", aliases=("slack_create_conversation",))
class CreateChannel(Input):
    """Start a channel."""

    name: Annotated[str, Doc("Name, in lower case, without spaces.", examples=["incident-42"], max_length=80)]
    is_private: Annotated[bool, Doc("Whether only invited people can see it.")] = False


@slack.post("/conversations.join", returns=Conversation, pick="channel")
class JoinChannel(Input):
    """Let the app join a public channel."""

    channel: Channel


@slack.post("/conversations.open", returns=Conversation, pick="channel")
class OpenConversation(Input):
    """Open a direct message with one or several people, and find its ID."""

    users: Annotated[str, Doc("IDs of the people, separated by commas.", examples=["U024BE7LH,U023BECGF"])]


@slack.post("/conversations.invite", returns=Conversation, pick="channel", aliases=("slack_invite_to_conversation",))
class InviteToChannel(Input):
    """Invite people to a channel."""

    channel: Channel
    users: Annotated[str, Doc("IDs of the people, separated by commas.", examples=["U024BE7LH,U023BECGF"])]


@slack.post("/conversations.archive", returns=None, aliases=("slack_archive_conversation",))
class ArchiveChannel(Input):
    """Archive a channel."""

    channel: Channel


@slack.post("/conversations.rename", returns=Conversation, pick="channel", aliases=("slack_rename_conversation",))
class RenameChannel(Input):
    """Give a channel another name."""

    channel: Channel
    name: Annotated[str, Doc("New name.", examples=["incident-43"], max_length=80)]


@slack.post("/conversations.setTopic", returns=None, aliases=("slack_set_conversation_topic",))
class SetTopic(Input):
    """Say what a channel is talking about."""

    channel: Channel
    topic: Annotated[str, Doc("The topic.", max_length=250)]


@slack.post("/conversations.setPurpose", returns=None, aliases=("slack_set_conversation_purpose",))
class SetPurpose(Input):
    """Say what a channel is for."""

    channel: Channel
    purpose: Annotated[str, Doc("The purpose.", max_length=250)]


@slack.get("/users.list", returns=list[Person], pick="members", pages=CURSOR, aliases=("slack_list_users",))
class ListUsers(Input):
    """List the people and bots of the workspace."""

    limit: Annotated[int, Doc("How many on one page; up to ten pages are read.", ge=1, le=1000)] = 200


@slack.get("/users.info", returns=Person, pick="user", aliases=("slack_get_user",))
class GetUser(Input):
    """Look up a person."""

    user: UserId


@slack.get("/users.lookupByEmail", returns=Person, pick="user")
class FindUser(Input):
    """Find a person by e-mail address."""

    email: Annotated[str, Doc("Address the person signed up with.", examples=["ada@example.com"])]


@slack.get("/users.getPresence", returns=Presence, aliases=("slack_get_user_presence",))
class GetPresence(Input):
    """Tell whether a person is there."""

    user: UserId

"""Objects: listed, read, written, copied and removed."""

from base64 import b64decode, b64encode
from html import escape
from typing import Annotated, Any, Literal
from urllib.parse import quote

from sim_core.plugin import Advanced, Context, Doc, Invalid, LongText, Options, Output, Refused, Request
from sim_tool_s3.service import BUCKETS, InBucket, Key, ask, facts, place, s3, tree

Acl = Annotated[
    Literal["private", "public-read", "authenticated-read", "bucket-owner-full-control"] | None,
    Doc("Who else may reach it; buckets that allow no such lists refuse it."),
    Advanced(),
]


OBJECTS = Options(
    "list_objects", value="key", label="key", detail="last_modified", items="objects", inputs={"bucket": "$bucket"},
    search="prefix", cursor="continuation_token", next="next_token",
)  # fmt: skip


class OfObject(InBucket):
    """What every tool of one object needs."""

    key: Annotated[Key, OBJECTS]


class Listed(Output):
    """An object in a list."""

    key: str
    size: int
    etag: str = ""
    last_modified: str = ""
    storage_class: str = ""


class Page(Output):
    """Objects, and how the list goes on."""

    objects: list[Listed]
    prefixes: list[str] = []
    count: int = 0
    truncated: bool = False
    next_token: str = ""


class ObjectFacts(Output):
    """What is known of an object."""

    key: str
    size: int
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    version_id: str = ""
    metadata: dict[str, str] = {}


class Content(ObjectFacts):
    """An object with what is in it."""

    content: str
    encoding: str


class Saved(Output):
    """An object that was written."""

    bucket: str
    key: str
    etag: str = ""
    version_id: str = ""


class Failed(Output):
    """An object that was not removed."""

    key: str
    code: str
    message: str = ""


class Removed(Output):
    """What was removed, and what was not."""

    deleted: list[str] = []
    errors: list[Failed] = []


class Link(Output):
    """An address that carries its own permission."""

    url: str
    seconds: int


class ListObjects(InBucket):
    """Which objects to list."""

    prefix: Annotated[str, Doc("Only keys that start with this.", examples=["2026/"])] = ""
    delimiter: Annotated[str, Doc("Group keys up to this, as folders are by a slash.", examples=["/"])] = ""
    limit: Annotated[int, Doc("How many at most.", ge=1, le=1000)] = 1000
    continuation_token: Annotated[str, Doc("Where the list before this one ended."), Advanced()] = ""


@s3.tool
async def list_objects(call: ListObjects, context: Context) -> Page:
    """List the objects of a bucket in the order of their keys."""
    query = {
        "list-type": 2,
        "prefix": call.prefix or None,
        "delimiter": call.delimiter or None,
        "max-keys": call.limit,
        "continuation-token": call.continuation_token or None,
    }
    root = tree(await ask(context, Request(url=place(context, call.bucket), query=query)))
    objects = [
        Listed(
            key=one.findtext("Key", ""),
            size=int(one.findtext("Size", "0")),
            etag=one.findtext("ETag", "").strip('"'),
            last_modified=one.findtext("LastModified", ""),
            storage_class=one.findtext("StorageClass", ""),
        )
        for one in root.iterfind("Contents")
    ]
    return Page(
        objects=objects,
        prefixes=[one.findtext("Prefix", "") for one in root.iterfind("CommonPrefixes")],
        count=len(objects),
        truncated=root.findtext("IsTruncated") == "true",
        next_token=root.findtext("NextContinuationToken", ""),
    )


class GetObject(OfObject):
    """Which object to read."""

    version_id: Annotated[str, Doc("Version to read; empty is the latest."), Advanced()] = ""
    bytes_range: Annotated[str, Doc("Only these bytes.", examples=["0-1023"]), Advanced()] = ""
    encoding: Annotated[
        Literal["auto", "text", "base64"], Doc("How the content comes: auto is text where it is text."), Advanced()
    ] = "auto"


@s3.tool
async def get_object(call: GetObject, context: Context) -> Content:
    """Read an object; text comes as text, anything else as base64."""
    headers = {"range": f"bytes={call.bytes_range}"} if call.bytes_range else {}
    url = place(context, call.bucket, call.key)
    reply = await ask(context, Request(url=url, query={"versionId": call.version_id or None}, headers=headers))
    text, encoding = _opened(reply.content, call.encoding)
    return Content(
        key=call.key, size=len(reply.content), content=text, encoding=encoding, **facts(reply.headers)
    )  # fmt: skip


class HeadObject(OfObject):
    """Which object to look up."""

    version_id: Annotated[str, Doc("Version to look up; empty is the latest."), Advanced()] = ""


@s3.tool
async def head_object(call: HeadObject, context: Context) -> ObjectFacts:
    """Look up an object without reading it."""
    url = place(context, call.bucket, call.key)
    reply = await ask(context, Request(method="HEAD", url=url, query={"versionId": call.version_id or None}))
    return ObjectFacts(key=call.key, size=int(reply.headers.get("content-length", "0")), **facts(reply.headers))


class PutObject(OfObject):
    """An object and what to put into it."""

    content: Annotated[str, Doc("What the object holds."), LongText(8)]
    encoding: Annotated[Literal["text", "base64"], Doc("How the content is written."), Advanced()] = "text"
    content_type: Annotated[str, Doc("Kind of the content.", examples=["text/csv"])] = ""
    cache_control: Annotated[str, Doc("How long it may be kept in caches.", examples=["max-age=60"]), Advanced()] = ""
    metadata: Annotated[dict[str, str], Doc("Own facts to keep with it, by name."), Advanced()] = {}
    acl: Acl = None


@s3.tool
async def put_object(call: PutObject, context: Context) -> Saved:
    """Write an object, in place of one of the same key."""
    kind = call.content_type or ("text/plain; charset=utf-8" if call.encoding == "text" else "application/octet-stream")
    headers = {"content-type": kind, "cache-control": call.cache_control, "x-amz-acl": call.acl or ""}
    headers |= {f"x-amz-meta-{name}": value for name, value in call.metadata.items()}
    url, content = place(context, call.bucket, call.key), _bytes(call.content, call.encoding)
    kept = {name: value for name, value in headers.items() if value}
    reply = await ask(context, Request(method="PUT", url=url, headers=kept, content=content))
    return _saved(call.bucket, call.key, reply.headers.get("etag", ""), reply.headers.get("x-amz-version-id", ""))


class DeleteObject(OfObject):
    """Which object goes."""

    version_id: Annotated[str, Doc("Only this version, for good."), Advanced()] = ""


@s3.tool
async def delete_object(call: DeleteObject, context: Context) -> None:
    """Remove an object; one that is not there counts as removed."""
    url = place(context, call.bucket, call.key)
    await ask(context, Request(method="DELETE", url=url, query={"versionId": call.version_id or None}))


class DeleteObjects(InBucket):
    """Which objects go."""

    keys: Annotated[tuple[str, ...], Doc("Keys of the objects, up to 1,000.", min_length=1, max_length=1000)]


@s3.tool
async def delete_objects(call: DeleteObjects, context: Context) -> Removed:
    """Remove several objects at once; tells which were not."""
    import hashlib

    names = "".join(f"<Object><Key>{escape(key, quote=False)}</Key></Object>" for key in call.keys)
    body = f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{names}</Delete>'.encode()
    digest = b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    headers = {"content-type": "application/xml", "content-md5": digest}
    url = place(context, call.bucket)
    reply = await ask(context, Request(method="POST", url=url, query={"delete": ""}, headers=headers, content=body))
    root = tree(reply)
    failed = [
        Failed(key=one.findtext("Key", ""), code=one.findtext("Code", ""), message=one.findtext("Message", ""))
        for one in root.iterfind("Error")
    ]
    return Removed(deleted=[one.findtext("Key", "") for one in root.iterfind("Deleted")], errors=failed)


class CopyObject(InBucket):
    """What to copy, and where to."""

    key: Annotated[str, Doc("Key of the copy.", examples=["archive/november.csv"], min_length=1)]
    source_bucket: Annotated[str, Doc("Bucket of the object that is copied.", examples=["reports"]), BUCKETS]
    source_key: Annotated[str, Doc("Key of the object that is copied.", examples=["november.csv"], min_length=1)]
    acl: Acl = None


@s3.tool
async def copy_object(call: CopyObject, context: Context) -> Saved:
    """Copy an object within the store."""
    source = quote(f"/{call.source_bucket}/{call.source_key}", safe="/-_.~")
    headers = {"x-amz-copy-source": source, **({"x-amz-acl": call.acl} if call.acl else {})}
    url = place(context, call.bucket, call.key)
    reply = await ask(context, Request(method="PUT", url=url, headers=headers))
    root = tree(reply)
    # A copy that fails half-way is told in the body of a 200.
    if root.tag == "Error":
        raise Refused(f"Amazon S3 answered {root.findtext('Code', '')}: {root.findtext('Message', '')}")
    return _saved(call.bucket, call.key, root.findtext("ETag", ""), reply.headers.get("x-amz-version-id", ""))


class PresignedUrl(OfObject):
    """For what the address is good."""

    method: Annotated[Literal["GET", "PUT", "DELETE", "HEAD"], Doc("What its holder may do.")] = "GET"
    seconds: Annotated[int, Doc("How long it works, up to seven days.", ge=1, le=604800)] = 3600


@s3.tool
async def presigned_url(call: PresignedUrl, context: Context) -> Link:
    """Make an address with which anybody can read or write one object for a while."""
    request = Request(method=call.method, url=place(context, call.bucket, call.key))
    return Link(url=context.presign(request, seconds=call.seconds), seconds=call.seconds)


def _saved(bucket: str, key: str, etag: str, version: str) -> Saved:
    return Saved(bucket=bucket, key=key, etag=etag.strip('"'), version_id=version)


def _bytes(content: str, encoding: str) -> bytes:
    if encoding == "text":
        return content.encode()
    try:
        return b64decode(content, validate=True)
    except ValueError:
        raise Invalid("the content is not base64", code="invalid_input") from None


def _opened(content: bytes, encoding: str) -> tuple[str, Any]:
    if encoding == "base64":
        return b64encode(content).decode(), "base64"
    try:
        return content.decode(), "text"
    except UnicodeDecodeError:
        if encoding == "text":
            raise Refused("the object is not text in UTF-8; ask for base64") from None
        return b64encode(content).decode(), "base64"

"""Amazon S3 and what speaks its protocol: where a bucket lives, and how an answer is read."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Protocol, cast
from urllib.parse import quote

from sim_core.plugin import AwsKeys, Context, Doc, Input, Integration, Invalid, Options, Refused, Reply, Request

s3 = Integration(
    "s3",
    title="Amazon S3",
    doc="Objects and buckets of Amazon S3, or of a store that speaks its protocol.",
    auth=AwsKeys("s3"),
    hosts=("*.amazonaws.com", "*.amazonaws.com.cn"),
    docs_url="https://docs.aws.amazon.com/AmazonS3/latest/API/",
    color="#e05243",
    renames={
        "bucketName": "bucket", "objectKey": "key", "maxKeys": "limit", "expiresIn": "seconds",
        "destinationBucket": "bucket", "destinationKey": "key",
    },
)  # fmt: skip

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

BUCKETS = Options("list_buckets", value="name", detail="region", items="buckets")
Bucket = Annotated[str, Doc("Name of the bucket.", examples=["reports"]), BUCKETS]
Key = Annotated[str, Doc("Name of the object in the bucket.", examples=["2026/november.csv"], min_length=1)]


class InBucket(Input):
    """What every tool of one bucket needs."""

    bucket: Bucket


class Xml(Protocol):
    """An element of an answer."""

    tag: str

    def findtext(self, path: str, default: str = "") -> str:
        """The text of the first element at a path."""
        ...

    def iterfind(self, path: str) -> "Iterator[Xml]":
        """Every element at a path."""
        ...


def place(context: Context, bucket: str = "", key: str = "") -> str:
    """The address of the store, a bucket or an object.

    Amazon wants the bucket in the host's name; a store of one's own wants it in the path, and so does a name with dots,
    for which the certificate would not fit.
    """
    if bucket and not _BUCKET.fullmatch(bucket):
        raise Invalid(f"{bucket!r} is no name of a bucket", code="invalid_input")
    if any(part in (".", "..") for part in key.split("/")):
        raise Invalid(f"the key {key!r} has a part that every address drops", code="invalid_input")
    path = quote(key, safe="/-_.~")
    endpoint = context.credential.get("endpoint", "").rstrip("/")
    region = context.credential.get("region") or "us-east-1"
    home = endpoint or f"https://s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
    if not bucket:
        return f"{home}/"
    if endpoint or "." in bucket:
        return f"{home}/{bucket}/{path}" if key else f"{home}/{bucket}"
    return f"{home.replace('https://', f'https://{bucket}.', 1)}/{path}"


async def ask(context: Context, request: Request) -> Reply:
    """The answer, or `Refused` in the store's words."""
    reply = await context.send(request)
    if reply.status < 300:
        return reply
    raise Refused(f"Amazon S3 answered {reply.status}: {_words(reply)}", http_status=reply.status)


def tree(reply: Reply) -> Xml:
    """The answer as XML without its namespace; a document that declares entities is refused unread."""
    from xml.etree import ElementTree

    if b"<!DOCTYPE" in reply.content or b"<!ENTITY" in reply.content:
        raise Refused("Amazon S3 answered with a document that declares entities")
    try:
        root = ElementTree.fromstring(reply.content)
    except ElementTree.ParseError as error:
        raise Refused(f"Amazon S3 answered in an unexpected shape: {error}") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return cast("Xml", root)


def facts(headers: Mapping[str, str]) -> dict[str, Any]:
    """What the headers of an object say of it."""
    own = {name.removeprefix("x-amz-meta-"): value for name, value in headers.items() if name.startswith("x-amz-meta-")}
    return {
        "content_type": headers.get("content-type", ""),
        "etag": headers.get("etag", "").strip('"'),
        "last_modified": headers.get("last-modified", ""),
        "version_id": headers.get("x-amz-version-id", ""),
        "metadata": own,
    }


def _words(reply: Reply) -> str:
    region = reply.headers.get("x-amz-bucket-region")
    if reply.status in (301, 307, 400) and region:
        return f"the bucket lies in {region}; set the account's region to it"
    if not reply.content:
        return {404: "there is no such object", 403: "access denied", 304: "not changed"}.get(reply.status, "no words")
    try:
        root = tree(reply)
    except Refused:
        return " ".join(reply.text().split())[:300]
    return f"{root.findtext('Code', '')}: {root.findtext('Message', '')}"

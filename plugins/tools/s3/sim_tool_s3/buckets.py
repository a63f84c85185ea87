"""Buckets: listed, made and removed."""

from html import escape
from typing import Annotated

from sim_core.plugin import Advanced, Context, Doc, Input, Output, Request
from sim_tool_s3.service import InBucket, ask, place, s3, tree


class Bucket(Output):
    """A bucket."""

    name: str
    creation_date: str = ""
    region: str = ""


class Buckets(Output):
    """Buckets, and who owns them."""

    buckets: list[Bucket]
    count: int
    owner: str = ""


class ListBuckets(Input):
    """Which buckets to list."""

    prefix: Annotated[str, Doc("Only names that start with this.", examples=["reports-"])] = ""


@s3.tool
async def list_buckets(call: ListBuckets, context: Context) -> Buckets:
    """List the buckets of the account."""
    root = tree(await ask(context, Request(url=place(context), query={"prefix": call.prefix or None})))
    found = [
        Bucket(
            name=one.findtext("Name", ""),
            creation_date=one.findtext("CreationDate", ""),
            region=one.findtext("BucketRegion", ""),
        )
        for one in root.iterfind("Buckets/Bucket")
    ]
    # Stores of one's own often pass over the prefix.
    kept = [bucket for bucket in found if bucket.name.startswith(call.prefix)]
    return Buckets(buckets=kept, count=len(kept), owner=root.findtext("Owner/ID", ""))


class CreateBucket(InBucket):
    """A new bucket."""

    region: Annotated[str, Doc("Where it lies; empty is the account's region."), Advanced()] = ""


@s3.tool
async def create_bucket(call: CreateBucket, context: Context) -> Bucket:
    """Make a bucket."""
    region = call.region or context.credential.get("region") or "us-east-1"
    body, headers = b"", dict[str, str]()
    # Amazon refuses its default region when it is named.
    if region != "us-east-1":
        place_in = f"<LocationConstraint>{escape(region)}</LocationConstraint>"
        xmlns = "http://s3.amazonaws.com/doc/2006-03-01/"
        body = f'<CreateBucketConfiguration xmlns="{xmlns}">{place_in}</CreateBucketConfiguration>'.encode()
        headers = {"content-type": "application/xml"}
    url = place(context, call.bucket)
    await ask(context, Request(method="PUT", url=url, headers=headers, content=body or None))
    return Bucket(name=call.bucket, region=region)


class DeleteBucket(InBucket):
    """Which bucket goes."""


@s3.tool
async def delete_bucket(call: DeleteBucket, context: Context) -> None:
    """Remove an empty bucket."""
    await ask(context, Request(method="DELETE", url=place(context, call.bucket)))

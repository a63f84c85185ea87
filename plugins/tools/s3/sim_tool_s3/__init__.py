"""Amazon S3: objects and buckets."""

from collections.abc import Iterable

from sim_core.plugin import Integration, hookimpl
from sim_tool_s3 import buckets, objects
from sim_tool_s3.service import s3

__all__ = ["buckets", "objects", "s3"]


@hookimpl
def register_integrations() -> Iterable[Integration]:
    """Amazon S3."""
    return [s3]

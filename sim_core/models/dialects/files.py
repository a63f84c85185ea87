"""Pictures and documents of a prompt, in the forms that vendors take."""

import base64
import binascii

from sim_core.errors import Invalid
from sim_core.spec.prompts import FilePart, ImagePart

TEXTUAL = ("application/json", "application/xml", "application/yaml", "application/javascript", "application/x-ndjson")


def data_url(part: ImagePart | FilePart) -> str:
    """A part as a `data:` URL."""
    return f"data:{part.media_type};base64,{part.data}"


def image_url(part: ImagePart) -> str:
    """Where a picture is, or itself as a `data:` URL."""
    return part.url or data_url(part)


def text_of(part: FilePart) -> str | None:
    """The words of a file that is text, under its name; `None` for any other file."""
    if not part.media_type.startswith("text/") and part.media_type not in TEXTUAL:
        return None
    try:
        words = base64.b64decode(part.data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Invalid(f"the file {part.name!r} is not text in UTF-8: {error}", code="bad_file") from error
    return f"{part.name}:\n\n{words}"

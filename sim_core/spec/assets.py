"""Files that a plugin serves to browsers."""

from msgspec import Struct


class Assets(Struct, frozen=True, kw_only=True):
    """A folder that is served under an address."""

    folder: str
    """Absolute path of the folder."""
    address: str = "/"
    """Where it begins, as `/` or `/name/`."""
    page: str = "index.html"
    """The file that answers every address beneath which no file has; empty for none.

    Scripts in pages run with the answer's nonce alone: `<script nonce="{{sim-nonce}}" src="…">`.
    """
    forever: str = "assets/"
    """Files in here carry a digest in their name and may be kept for a year."""

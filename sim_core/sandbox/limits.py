"""What user code may use at most."""

from msgspec import Struct

MB = 1 << 20


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of one call, and of how many calls there may be at once."""

    calls: int = 8
    """Functions running at the same time; further ones wait for their turn."""
    workers: int = 2
    """Processes for expressions, of each language."""
    timeout_s: float = 30.0
    """Seconds of a function that asks for no other time."""
    longest_s: float = 600.0
    """Seconds that a function may ask for."""
    memory_mb: int = 256
    """Megabytes of a function that asks for no other amount, beyond what the interpreter takes."""
    most_memory_mb: int = 4096
    expression_mb: int = 64
    result_bytes: int = 5 * MB
    stdout_bytes: int = 256 * 1024
    """Printed characters that are kept; what comes after is cut."""
    file_bytes: int = 50 * MB
    disk_bytes: int = 200 * MB
    """Bytes in the scratch folder of a call."""
    disk_files: int = 2000
    fetches: int = 200
    """Requests of one call."""
    fetches_at_once: int = 10
    request_bytes: int = 10 * MB
    """Bytes of one request's body."""
    reply_bytes: int = 20 * MB
    """Bytes of one answer's body."""

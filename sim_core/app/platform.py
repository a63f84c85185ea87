"""The whole platform in one server process, opened in order and closed in the other."""

from contextlib import AsyncExitStack
from importlib.metadata import version

from sim_core.accounts.actors import Actor
from sim_core.accounts.apps import Apps
from sim_core.accounts.connecting import Connecting
from sim_core.accounts.doors import authenticate
from sim_core.accounts.limits import Leases
from sim_core.accounts.oidc import Logins, read_logins
from sim_core.accounts.passkeys import Passkeys
from sim_core.accounts.sessions import Lifetimes
from sim_core.accounts.standing import CHANGED
from sim_core.app.motor import Report, keep_up, open_motor
from sim_core.app.people import open_reception, tidy_forever
from sim_core.registry import Registry
from sim_core.rest.access import Door
from sim_core.rest.assets import Served
from sim_core.rest.drafting import Drafting
from sim_core.rest.offering import Offering
from sim_core.rest.policies import Policies
from sim_core.rest.services import Services
from sim_core.settings import Settings
from sim_core.spec.assets import Assets


class Platform:
    """An open platform: what the API speaks for, and how to leave."""

    def __init__(self, services: Services, stack: AsyncExitStack) -> None:
        """Use `open_platform`."""
        self.services = services
        self.runs = services.runs
        self._stack = stack

    async def close(self) -> None:
        """Interrupt what still runs, commit what is known, and end every helper."""
        await self.runs.drain(0.0)
        await self._stack.aclose()


async def open_platform(settings: Settings, url: str, *, report: Report) -> Platform:
    """Open everything on a database that is ready for use."""
    stack = AsyncExitStack()
    try:
        return Platform(await _open(settings, url, report, stack), stack)
    except BaseException:
        await stack.aclose()
        raise


async def _open(settings: Settings, url: str, report: Report, stack: AsyncExitStack) -> Services:
    motor = await open_motor(settings, url, stack, kind="serve", report=report)
    if not settings.workers:
        keep_up(stack, motor.worker.work())
    store = motor.store

    lifetimes = Lifetimes(idle_h=settings.session_idle_h, max_h=settings.session_max_h)

    async def ask(token: str, address: str) -> Actor:
        return await authenticate(store, token, lifetimes, address=address)

    door = Door(ask)
    await motor.listening.on(CHANGED, door.forget)
    reception = open_reception(settings, motor.vault)
    keep_up(stack, reception.post.work())
    keep_up(stack, tidy_forever(reception, motor.files))

    return Services(
        settings=settings,
        version=version("sim-platform"),
        registry=motor.registry,
        store=store,
        vault=motor.vault,
        runs=motor.runs,
        sleepers=motor.sleepers,
        secrets=motor.secrets.forget,
        door=door,
        reception=reception,
        logins=Logins(read_logins(settings.oidc), motor.client, url=settings.url),
        passkeys=Passkeys(motor.vault, url=settings.url),
        leases=Leases(store, settings.key_rate),
        lifetimes=lifetimes,
        models=motor.outside.models,
        rests=motor.rests,
        client=motor.client,
        connecting=Connecting(motor.vault, motor.client, Apps(motor.vault, settings.apps), url=settings.url),
        offering=Offering(motor.registry, motor.client, motor.vault, accounts=motor.accounts, secrets=motor.secrets.of),
        drafting=Drafting(motor.registry, motor.outside.models, secrets=motor.secrets.of),
        files=motor.files,
        served=Served(_assets(motor.registry), Policies(settings)),
        report=report,
    )


def _assets(registry: Registry) -> list[Assets]:
    return [one for found in registry.ask("register_assets") for one in found]

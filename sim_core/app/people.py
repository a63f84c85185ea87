"""What the settings make of signing in, and the broom that goes round every hour."""

import asyncio
from contextlib import suppress

from sim_core.accounts.ceremonies import sweep_ceremonies
from sim_core.accounts.codes import Codes
from sim_core.accounts.deletion import purge
from sim_core.accounts.limits import Limits
from sim_core.accounts.mail import Post, read_smtp
from sim_core.accounts.people import Admission, Mode
from sim_core.accounts.sessions import sweep_sessions
from sim_core.accounts.signing_in import Reception
from sim_core.commands.logs import logger
from sim_core.errors import SimError
from sim_core.settings import Settings
from sim_core.store.files import Files
from sim_core.store.rests import KeyRests
from sim_core.store.vault import Vault

FIRST_S, HOUR_S = 60.0, 3600.0
MODES: dict[str, Mode] = {"open": "open", "invite": "invite", "closed": "closed"}


def open_reception(settings: Settings, vault: Vault) -> Reception:
    """Where people arrive, as the settings want it."""
    log = logger("sim.mail", settings.log_level)
    post = Post(
        vault,
        smtp=read_smtp(settings.smtp_url),
        sender=settings.mail_from,
        log=lambda words: log.info("mail", words=words),
    )
    return Reception(
        vault,
        codes=Codes(vault.store, settings.auth_secret),
        limits=Limits(vault.store),
        post=post,
        admission=Admission(
            mode=MODES[settings.signup], domains=tuple(domain.lower() for domain in settings.email_domains)
        ),
        url=settings.url,
    )


async def tidy_forever(reception: Reception, files: Files) -> None:
    """Once an hour, drop what has ended and delete what was marked long enough ago; cut-off uploads at once."""
    await files.storage.sweep()
    await asyncio.sleep(FIRST_S)
    while True:
        with suppress(SimError):
            await sweep_sessions(reception.store)
            await reception.codes.sweep()
            await sweep_ceremonies(reception.vault)
            await reception.limits.sweep()
            await reception.post.sweep()
            await KeyRests(reception.store, "").sweep()
            await purge(reception.store)
            await files.sweep()
        await asyncio.sleep(HOUR_S)

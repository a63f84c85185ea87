"""Mail: sent by the operator's SMTP server, or told to the log and kept for the operator to hand on."""

import asyncio
import base64
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from sim_core.accounts.ceremonies import INSTANCE
from sim_core.errors import Invalid
from sim_core.ids import new_id
from sim_core.store.vault import Vault

ADD = "INSERT INTO mail (id, recipient, subject, body, created_at) VALUES ($1, $2, $3, $4, now())"
SENT = "DELETE FROM mail WHERE id = $1"
FAILED = "UPDATE mail SET error = $2 WHERE id = $1"
LIST = (
    "SELECT id, recipient, subject, body, created_at, error FROM mail WHERE sent_at IS NULL ORDER BY id DESC LIMIT 200"
)
SWEEP = "DELETE FROM mail WHERE created_at < now() - interval '7 days'"
PAUSES_S = (0.0, 2.0, 10.0)
TIMEOUT_S = 20.0
MOST_WAITING = 1000

Log = Callable[[str], None]


class Letter(Struct, frozen=True, kw_only=True):
    """A mail that was not sent, as the operator sees it."""

    id: str
    recipient: str
    subject: str
    text: str
    created_at: datetime
    error: str | None = None


class Smtp(Struct, frozen=True, kw_only=True):
    """Where mail is handed in."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"
    """`starttls`, `tls` from the first byte, or `none`."""


class Post:
    """Takes mail at once and sends it by and by: nobody learns from the time it takes whether there was any."""

    def __init__(
        self, vault: Vault, *, smtp: Smtp | None, sender: str, log: Log, tls: ssl.SSLContext | None = None
    ) -> None:
        self._vault = vault
        self._smtp = smtp
        self._sender = sender
        self._log = log
        self._tls = tls
        self._waiting: asyncio.Queue[tuple[str, str, str]] = asyncio.Queue(MOST_WAITING)

    @property
    def delivers(self) -> bool:
        """Whether mail really leaves; otherwise links are shown to whoever may hand them on."""
        return self._smtp is not None

    def put(self, recipient: str, subject: str, text: str) -> None:
        """Have a mail sent; when more wait than a server can send, it is dropped with a word in the log."""
        try:
            self._waiting.put_nowait((recipient, subject, text))
        except asyncio.QueueFull:
            self._log(f"mail to {recipient} was dropped: {MOST_WAITING} are waiting")

    async def work(self) -> None:
        """Send what comes, one after the other, for ever."""
        while True:
            recipient, subject, text = await self._waiting.get()
            try:
                await self._handle(recipient, subject, text)
            except Exception as error:
                self._log(f"mail to {recipient} failed: {error}")
            finally:
                self._waiting.task_done()

    async def idle(self) -> None:
        """Wait until everything that was put has been handled."""
        await self._waiting.join()

    async def unsent(self) -> tuple[Letter, ...]:
        """What the operator has to hand on, newest first."""
        return tuple(
            [
                Letter(
                    id=row["id"],
                    recipient=row["recipient"],
                    subject=row["subject"],
                    text=(await self._vault.open(_place(row["id"]), row["body"])).decode(),
                    created_at=row["created_at"],
                    error=row["error"],
                )
                for row in await self._vault.store.rows(LIST)
            ]
        )

    async def sweep(self) -> None:
        """Drop what is a week old."""
        await self._vault.store.execute(SWEEP)

    async def _handle(self, recipient: str, subject: str, text: str) -> None:
        id = new_id()
        sealed = await self._vault.seal(INSTANCE, _place(id), text.encode())
        await self._vault.store.execute(ADD, id, recipient, subject, sealed)
        if self._smtp is None:
            self._log(f"mail to {recipient} (no SIM_SMTP_URL is set): {subject}\n{text}")
            return
        error = ""
        for pause in PAUSES_S:
            await asyncio.sleep(pause)
            try:
                await asyncio.to_thread(self._deliver, self._smtp, recipient, subject, text)
            except (OSError, ValueError, smtplib.SMTPException) as refusal:
                error = f"{type(refusal).__name__}: {refusal}"
                if _is_final(refusal):
                    break
            else:
                await self._vault.store.execute(SENT, id)
                return
        await self._vault.store.execute(FAILED, id, error[:500])
        self._log(f"mail to {recipient} could not be sent: {error[:500]}")

    def _deliver(self, smtp: Smtp, recipient: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, recipient, subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        tls = self._tls or ssl.create_default_context()
        kind: Any = smtplib.SMTP_SSL if smtp.security == "tls" else smtplib.SMTP
        options = {"context": tls} if smtp.security == "tls" else {}
        with kind(smtp.host, smtp.port, timeout=TIMEOUT_S, **options) as server:
            if smtp.security == "starttls":
                server.starttls(context=tls)
            if smtp.user:
                _login(server, smtp)
            server.send_message(message)


def read_smtp(url: str) -> Smtp | None:
    """The server of `smtp://user:password@host:587` (STARTTLS), `smtps://…:465`, or `smtp://…?security=none`."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Invalid("SIM_SMTP_URL is smtp://user:password@host:port or smtps://…", code="bad_setting")
    security = "tls" if parts.scheme == "smtps" else parse_qs(parts.query).get("security", ["starttls"])[0]
    if security not in ("tls", "starttls", "none"):
        raise Invalid("The security of SIM_SMTP_URL is starttls or none", code="bad_setting")
    port = parts.port or (465 if security == "tls" else 587)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(host=parts.hostname, port=port, user=user, password=password, security=security)


def _login(server: smtplib.SMTP, smtp: Smtp) -> None:
    if smtp.user.isascii() and smtp.password.isascii():
        server.login(smtp.user, smtp.password)
        return
    # smtplib knows ASCII alone; AUTH PLAIN is UTF-8 (RFC 4616)
    server.ehlo_or_helo_if_needed()
    proof = base64.b64encode(f"\0{smtp.user}\0{smtp.password}".encode()).decode()
    code, said = server.docmd("AUTH", f"PLAIN {proof}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _is_final(error: Exception) -> bool:
    """Whether trying again would only be told the same (RFC 5321: 4xx may pass, 5xx does not)."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in error.recipients.values())
        case smtplib.SMTPResponseException():
            return error.smtp_code >= 500
        case _:
            return isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError)


def _place(id: str) -> str:
    return f"mail/body/{id}"

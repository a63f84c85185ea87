"""A mail server on loopback: SMTP (RFC 5321), STARTTLS, TLS from the first byte, AUTH PLAIN and LOGIN."""

import asyncio
import base64
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default


@dataclass
class Mail:
    """A mail as it was handed in."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    secure: bool
    user: str

    @property
    def text(self) -> str:
        return self.message.get_content()


class MailServer:
    """What came, and what is refused."""

    def __init__(self, tls: ssl.SSLContext | None, *, at_once: bool, user: str, password: str) -> None:
        self.tls, self.at_once = tls, at_once
        self.user, self.password = user, password
        self.port = 0
        self.mails: list[Mail] = []
        self.tries = 0
        self.refusals: dict[str, str] = {}
        """What is answered to `RCPT TO`, by address; one that begins with 4 is answered once."""

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Visit(self, reader, writer).serve()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _Visit:
    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.secure = server.at_once
        self.user = ""
        self.sender = ""
        self.recipients: list[str] = []

    async def serve(self) -> None:
        await self.say("220 mail.test ESMTP")
        while line := (await self.reader.readline()).decode().strip():
            verb, _, rest = line.partition(" ")
            if verb.upper() == "QUIT":
                await self.say("221 bye")
                return
            await self.answer(verb.upper(), rest)

    async def answer(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                offers = [
                    "mail.test",
                    *(["STARTTLS"] if self.server.tls and not self.secure else []),
                    "AUTH PLAIN LOGIN",
                ]
                await self.say(*(f"250-{one}" for one in offers[:-1]), f"250 {offers[-1]}")
            case "STARTTLS":
                await self.say("220 go ahead")
                await self.writer.start_tls(self.server.tls)  # type: ignore[arg-type]
                self.secure = True
            case "AUTH":
                await self.authenticate(rest)
            case "MAIL" if self.server.user and not self.user:
                await self.say("530 5.7.0 Authentication required")
            case "MAIL":
                self.sender, self.recipients = _address(rest), []
                await self.say("250 ok")
            case "RCPT":
                await self.recipient(_address(rest))
            case "DATA":
                await self.say("354 go on")
                self.take((await self.reader.readuntil(b"\r\n.\r\n"))[:-5])
                await self.say("250 taken")
            case _:
                await self.say("250 ok")

    async def recipient(self, address: str) -> None:
        self.server.tries += 1
        refusal = self.server.refusals.get(address, "")
        if refusal.startswith("4"):
            del self.server.refusals[address]
        if not refusal:
            self.recipients.append(address)
        await self.say(refusal or "250 ok")

    async def authenticate(self, rest: str) -> None:
        kind, _, given = rest.partition(" ")
        if kind.upper() == "PLAIN":
            _, user, password = base64.b64decode(given).decode().split("\0")
        else:
            user = base64.b64decode(given).decode() if given else await self.ask("Username:")
            password = await self.ask("Password:")
        if (user, password) != (self.server.user, self.server.password):
            await self.say("535 5.7.8 Wrong")
            return
        self.user = user
        await self.say("235 welcome")

    async def ask(self, what: str) -> str:
        await self.say(f"334 {base64.b64encode(what.encode()).decode()}")
        return base64.b64decode((await self.reader.readline()).strip()).decode()

    def take(self, raw: bytes) -> None:
        message = email.message_from_bytes(raw.replace(b"\r\n..", b"\r\n."), EmailMessage, policy=default)
        self.server.mails.append(Mail(self.sender, self.recipients, message, self.secure, self.user))

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, at_once: bool = False, user: str = "", password: str = ""
) -> AsyncIterator[MailServer]:
    """A mail server; with `tls` it offers STARTTLS, or speaks it from the first byte."""
    server = MailServer(tls, at_once=at_once, user=user, password=password)
    listening = await asyncio.start_server(server.accept, "127.0.0.1", 0, ssl=tls if at_once else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()

"""Mail, handed in to a server that is run here; and what there is where no server is set."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from sim_core.accounts import mail
from sim_core.accounts.mail import Post, read_smtp
from sim_core.errors import Invalid
from sim_core.store.pool import Store
from sim_core.store.vault import Vault
from tests.accounts.conftest import Open, Site
from tests.support.smtp import mail_server
from tests.support.tls import certificate_for, serving

KEY, CERTIFICATE = certificate_for("localhost")
PASSWORD = "p@ss:/wörd"
WRITTEN = "ada:p%40ss%3A%2Fw%C3%B6rd"
Sending = Callable[[str], AbstractAsyncContextManager[Post]]


@pytest.fixture
def sending(store: Store, monkeypatch: pytest.MonkeyPatch) -> Sending:
    """A post that hands in at a URL, trusts the server of the test, and does not wait long between tries."""
    monkeypatch.setattr(mail, "PAUSES_S", (0.0, 0.01, 0.02))

    @asynccontextmanager
    async def open(url: str) -> AsyncIterator[Post]:
        trust = ssl.create_default_context(cadata=CERTIFICATE)
        log: list[str] = []
        post = Post(Vault(store, "k" * 40), smtp=read_smtp(url), sender="sim@example.com", log=log.append, tls=trust)
        working = asyncio.ensure_future(post.work())
        try:
            yield post
            await post.idle()
        finally:
            working.cancel()
        assert not any(PASSWORD in line for line in log)

    return open


@pytest.mark.parametrize(
    ("kind", "password", "written"),
    [("starttls", PASSWORD, WRITTEN), ("tls", "plain", "ada:plain"), ("none", PASSWORD, WRITTEN)],
)
async def test_mail_is_handed_in_with_a_password(sending: Sending, kind: str, password: str, written: str) -> None:
    tls = None if kind == "none" else serving(KEY, CERTIFICATE)
    async with mail_server(tls=tls, at_once=kind == "tls", user="ada", password=password) as server:
        scheme, query = ("smtps", "") if kind == "tls" else ("smtp", "?security=none" if kind == "none" else "")
        host = "localhost" if tls else "127.0.0.1"
        async with sending(f"{scheme}://{written}@{host}:{server.port}{query}") as post:
            assert post.delivers
            post.put("bob@example.com", "Grüße", "Your code is ABCD-EFGH.\n.\nÄnd.")
            await post.idle()
            assert await post.unsent() == ()
    (sent,) = server.mails
    assert (sent.sender, sent.recipients, sent.user) == ("sim@example.com", ["bob@example.com"], "ada")
    assert sent.secure is (kind != "none")
    assert sent.message["Subject"] == "Grüße"
    assert sent.text.splitlines() == ["Your code is ABCD-EFGH.", ".", "Änd."]


async def test_a_server_that_offers_no_tls_gets_neither_password_nor_mail(sending: Sending) -> None:
    async with mail_server(user="ada", password=PASSWORD) as server:
        async with sending(f"smtp://{WRITTEN}@localhost:{server.port}") as post:
            post.put("bob@example.com", "s", "t")
            await post.idle()
            (kept,) = await post.unsent()
        assert "STARTTLS" in (kept.error or "")
        assert server.mails == []


async def test_a_server_that_cannot_prove_its_name_gets_nothing(sending: Sending) -> None:
    other = serving(*certificate_for("elsewhere"))
    async with mail_server(tls=other, at_once=True) as server, sending(f"smtps://localhost:{server.port}") as post:
        post.put("bob@example.com", "s", "t")
        await post.idle()
        (kept,) = await post.unsent()
        assert "CERTIFICATE_VERIFY_FAILED" in (kept.error or "")
    assert server.mails == []


async def test_what_may_pass_is_tried_again_and_what_may_not_is_kept_with_the_servers_words(sending: Sending) -> None:
    async with mail_server() as server:
        server.refusals = {"busy@example.com": "451 4.7.1 Try later", "gone@example.com": "550 5.1.1 Nobody here"}
        async with sending(f"smtp://127.0.0.1:{server.port}?security=none") as post:
            post.put("busy@example.com", "s", "t")
            post.put("gone@example.com", "s", "t")
            post.put("bob@example.com", "s", "t")
            await post.idle()
            (kept,) = await post.unsent()
        assert (kept.recipient, "Nobody here" in (kept.error or "")) == ("gone@example.com", True)
        assert [sent.recipients for sent in server.mails] == [["busy@example.com"], ["bob@example.com"]]
        assert server.tries == 4, "what is refused for good is tried once"


async def test_wrong_passwords_and_no_server_are_told_to_the_operator(sending: Sending) -> None:
    async with mail_server(user="ada", password="another") as server:
        async with sending(f"smtp://{WRITTEN}@127.0.0.1:{server.port}?security=none") as post:
            post.put("bob@example.com", "s", "t")
            await post.idle()
            (kept,) = await post.unsent()
        assert "5.7.8 Wrong" in (kept.error or "")
        port = server.port
    async with sending(f"smtp://127.0.0.1:{port}?security=none") as post:
        post.put("bob@example.com", "s", "t")
        await post.idle()
        assert "ConnectionRefusedError" in ((await post.unsent())[0].error or "")


async def test_an_account_is_made_by_the_link_that_was_mailed(open_site: Open) -> None:
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}?security=none"
        async with open_site(SIM_SMTP_URL=url, SIM_MAIL_FROM="sim@here.example") as site:
            owner = await site.owner()
            assert (await owner.must("GET", "/auth"))["sends_mail"] is True
            browser = await site.browser()
            step = await browser.sign_up("bob@example.com")
            await site.platform.services.reception.post.idle()
            (sent,) = server.mails
            assert (sent.sender, sent.message["From"]) == ("sim@here.example", "sim@here.example")
            assert f"{site.url}/verify?ticket={step['ticket']}" in sent.text
            code = sent.text.split("Your code is ")[1][:9]
            await browser.must("POST", "/auth/verify", {"ticket": step["ticket"], "code": code})
            assert (await owner.must("GET", "/instance/mail"))["items"] == []


async def test_without_a_server_the_owner_sees_the_links_and_nobody_else(site: Site) -> None:
    owner = await site.owner()
    await (await site.browser()).sign_up("bob@example.com")
    await site.platform.services.reception.post.idle()
    (letter,) = (await owner.must("GET", "/instance/mail"))["items"]
    assert letter["recipient"] == "bob@example.com"
    assert f"{site.url}/verify?ticket=" in letter["text"]
    bob = await site.join("carol@example.com")
    assert (await bob.ask("GET", "/instance/mail")).status_code == 403


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example.com:25", "smtp://h?security=maybe"])
def test_a_setting_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="SIM_SMTP_URL"):
        read_smtp(url)

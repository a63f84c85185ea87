"""A platform of its own for accounts: fresh, with people who sign in as browsers do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import uvicorn

from sim_core import settings as configuration
from sim_core.accounts.bootstrap import bootstrap
from sim_core.app.platform import Platform, open_platform
from sim_core.rest.server import application
from sim_core.store.pool import open_store
from tests.support.http import serve
from tests.support.ports import free_port
from tests.support.tls import TRUST
from tests.support.vendor_oauth import Shop, install_shop

PASSWORD = "correct horse battery"


class Browser:
    """One person's browser: it keeps cookies, and says where its pages come from."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx2.AsyncClient(
            base_url=url,
            timeout=30,
            trust_env=False,
            verify=TRUST,
            headers={"origin": url, "user-agent": "Test Browser"},
        )

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        if body is not None:
            options["json"] = body
        return await self.client.request(method, f"/api/v1{path}", **options)

    async def must(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        reply = await self.ask(method, path, body, **options)
        assert reply.status_code < 300, (method, path, reply.status_code, reply.text)
        return reply.json() if reply.content else None

    async def sign_up(self, email: str, **more: Any) -> Any:
        facts = {"email": email, "name": email.partition("@")[0].title(), "password": PASSWORD, **more}
        return await self.must("POST", "/auth/sign-up", facts)

    async def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> httpx2.Response:
        return await self.ask("POST", "/auth/sign-in", {"email": email, "password": password, **more})


class Site:
    """A running platform and the browsers that visit it."""

    def __init__(self, platform: Platform, url: str, stack: AsyncExitStack) -> None:
        self.platform = platform
        self.url = url
        self.faults: list[BaseException] = []
        self._stack = stack

    @property
    def store(self) -> Any:
        return self.platform.services.store

    async def browser(self) -> Browser:
        fresh = Browser(self.url)
        self._stack.push_async_callback(fresh.client.aclose)
        return fresh

    async def owner(self, email: str = "owner@example.com") -> Browser:
        """The first person, who owns the instance."""
        browser = await self.browser()
        assert (await browser.sign_up(email))["status"] == "signed_in"
        return browser

    async def mail(self, recipient: str) -> str:
        """The text of the last mail to somebody."""
        post = self.platform.services.reception.post
        await post.idle()
        return next(letter.text for letter in await post.unsent() if letter.recipient == recipient)

    async def code(self, recipient: str) -> str:
        return (await self.mail(recipient)).split("Your code is ")[1][:9]

    async def join(self, email: str) -> Browser:
        """A person with an account of their own, where anybody may have one."""
        browser = await self.browser()
        step = await browser.sign_up(email)
        await browser.must("POST", "/auth/verify", {"ticket": step["ticket"], "code": await self.code(email)})
        return browser

    async def guest(self, owner: Browser, email: str, **invitation: Any) -> Browser:
        """A person who was invited into the owner's first organization."""
        (organization,) = (await owner.must("GET", "/organizations"))["items"]
        sent = await owner.must(
            "POST", f"/organizations/{organization['id']}/invitations", {"email": email, **invitation}
        )
        browser = await self.browser()
        await browser.sign_up(email, invitation=sent["link"].split("token=")[1])
        return browser


@asynccontextmanager
async def site_of(url: str, data: Path, **settings: str) -> AsyncIterator[Site]:
    """A platform with these settings on a fresh instance."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    read = configuration.read({"SIM_DATA": str(data), "SIM_URL": here, "SIM_SIGNUP": "open", **settings})
    store = await open_store(url, size=1)
    await bootstrap(store)
    await store.close()
    async with AsyncExitStack() as stack:
        faults: list[BaseException] = []
        platform = await open_platform(read, url, report=lambda error, id: faults.append(error))
        stack.push_async_callback(platform.close)
        app: Any = application(platform.services)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none", timeout_graceful_shutdown=1))
        serving = asyncio.ensure_future(server._serve())
        while not server.started:
            await asyncio.sleep(0.005)

        async def stop() -> None:
            await platform.runs.drain(0)
            server.should_exit = True
            await serving

        stack.push_async_callback(stop)
        site = Site(platform, here, stack)
        site.faults = faults
        yield site
    for fault in faults:
        raise fault


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts")


@pytest_asyncio.fixture
async def site(clean_postgres: str, data: Path) -> AsyncIterator[Site]:
    async with site_of(clean_postgres, data) as opened:
        yield opened


Open = Callable[..., Any]


@pytest.fixture
def open_site(clean_postgres: str, data: Path) -> Open:
    """A platform with settings that a test chooses."""
    return lambda **settings: site_of(clean_postgres, data, **settings)


@pytest.fixture(scope="session")
def shop_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder with the shop's plugin, and the port that the shop has in every test."""
    folder, port = tmp_path_factory.mktemp("packages"), free_port()
    install_shop(folder, f"http://127.0.0.1:{port}")
    return folder, port


@pytest_asyncio.fixture
async def shop(shop_site: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A service with accounts, whose plugin is installed."""
    folder, port = shop_site
    monkeypatch.syspath_prepend(folder)
    made = Shop()
    async with serve(made.answer, port=port) as server:
        made.server = server
        yield made


def opened(open_site: Open, shop: Shop, **more: str) -> AbstractAsyncContextManager[Site]:
    """A platform that has an app at the shop."""
    app = {"SHOP_CLIENT_ID": "sim", "SHOP_CLIENT_SECRET": "s3cret", "SIM_ALLOW_HOSTS": shop.server.allow}
    return open_site(**{**app, **more})


async def orders(browser: Browser, credential: str, **headers: str) -> Any:
    """What a workflow that asks the shop comes to: the account, or the code of what went wrong."""
    made = await browser.must("POST", "/workflows", {"workflow": workflow(credential)})
    reply = await browser.ask("POST", f"/workflows/{made['id']}/execute", {"input": {}}, headers=headers)
    return said(reply.json())


def workflow(credential: str) -> dict[str, Any]:
    start = {"id": "start", "type": "start", "name": "Start", "position": {"x": 0, "y": 0}, "values": {}}
    values = {"operation": "list_orders", "credential": credential}
    shop = {"id": "shop", "type": "shop", "name": "Shop", "position": {"x": 300, "y": 0}, "values": values}
    edge = {"id": "e", "source": "start", "target": "shop"}
    return {"name": "Orders", "blocks": {"start": start, "shop": shop}, "edges": {"e": edge}}


def said(result: Any) -> Any:
    return result["error"]["code"] if result.get("error") else result["output"]["of"]

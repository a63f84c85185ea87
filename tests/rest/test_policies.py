"""What every address tells browsers, held against this page and not against the table that the code has."""

import re
from pathlib import Path

import httpx2
import msgspec
import pytest

from sim_core import settings as configuration
from sim_core.errors import Invalid
from sim_core.ids import new_id
from sim_core.rest.assets import Served
from sim_core.rest.policies import Policies
from sim_core.rest.server import routes
from sim_core.spec.assets import Assets
from tests.rest.conftest import START, Api, response, served, workflow
from tests.support.tls import TRUST

SANDBOXED = {
    "POST /api/v1/workflows/{workflow_id}/execute",
    "POST /api/v1/runs/{run_id}/resume",
    "GET /api/v1/files/{file_id}/content",
}
READER = "GET /api/v1/docs"
POPUPS_COME_BACK_TO = {"GET /api/v1/auth/providers/{provider}/callback", "GET /api/v1/credentials/callback"}


def directives(reply: httpx2.Response) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in reply.headers["content-security-policy"].split(";")]
    return {name: value for name, _, value in parts}


async def test_no_route_of_the_api_gives_a_browser_anything_to_run_or_to_frame(api: Api) -> None:
    for path, route in routes():
        place = re.sub(r"{\w+}", new_id(), path)
        reply = await api.client.request(route.method, place)
        name = f"{route.method} {path}"
        said, policy = reply.headers, directives(reply)
        assert policy["default-src"] == "'none'", name
        assert policy["frame-ancestors"] == "'none'", name
        assert said["x-frame-options"] == "DENY", name
        assert said["x-content-type-options"] == "nosniff", name
        assert said["referrer-policy"] == "no-referrer", name
        assert said["cross-origin-resource-policy"] == "same-origin", name
        assert said["cross-origin-embedder-policy"] == "require-corp", name
        opener = "unsafe-none" if name in POPUPS_COME_BACK_TO else "same-origin"
        assert said["cross-origin-opener-policy"] == opener, name
        assert ("sandbox" in policy) == (name in SANDBOXED), name
        assert ("script-src" in policy) == (name == READER), name
        assert "access-control-allow-origin" not in said, name
        assert "no-store" in said["cache-control"], name
        assert len({key.lower() for key, _ in said.multi_items()}) == len(said.multi_items()), f"{name}: said twice"


async def test_what_a_workflow_answers_cannot_loosen_what_protects(api: Api) -> None:
    loose = {
        "Content-Type": "text/html",
        "Content-Security-Policy": "script-src *",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        "X-Frame-Options": "ALLOWALL",
        "Clear-Site-Data": '"cookies"',
        "Refresh": "0; url=https://example.com",
        "X-Mine": "kept",
    }
    headers = [{"key": key, "value": value} for key, value in loose.items()]
    page = response("page", "<script>alert(1)</script>", headers=headers)
    id = await api.make(workflow(START, page, edges="start>page"))
    reply = await api.execute(id, {})
    assert reply.status_code == 200, reply.text
    assert reply.headers["x-mine"] == "kept"
    assert "html" in reply.headers["content-type"]
    policy = directives(reply)
    assert policy["default-src"] == "'none'"
    assert "sandbox" in policy
    assert not set(policy) & {"script-src", "script-src-elem"}
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert reply.headers["x-frame-options"] == "DENY"
    assert not {"clear-site-data", "refresh"} & set(reply.headers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/app-1a2b.js").write_text("export {}")
    (tmp_path / "worker.js").write_text("addEventListener('fetch', () => {})")
    (tmp_path / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "index.html").write_text('<script nonce="{{sim-nonce}}" src="/assets/app-1a2b.js"></script>')
    return tmp_path


async def test_each_page_has_a_nonce_of_its_own_and_files_are_kept_for_a_year(api: Api, folder: Path) -> None:
    settings = msgspec.structs.replace(api.platform.services.settings, embed_hosts=("https://shop.example.com",))
    assets = Served([Assets(folder=str(folder))], Policies(settings))
    api.platform.services = msgspec.structs.replace(api.platform.services, served=assets, settings=settings)
    async with served(api.platform) as url, httpx2.AsyncClient(base_url=url, trust_env=False, verify=TRUST) as client:
        nonces: list[str] = []
        for path in ("/", "/workflows", "/settings/keys", "/sign-in", "/chatter", "/form"):
            reply = await client.get(path, headers={"if-none-match": "*"})
            policy = directives(reply)
            (nonce,) = re.findall(r'nonce="([^"]+)"', reply.text)
            assert policy["script-src"] == f"'nonce-{nonce}' 'strict-dynamic'", path
            assert (policy["object-src"], policy["base-uri"]) == ("'none'", "'none'")
            assert (policy["frame-ancestors"], reply.headers["x-frame-options"]) == ("'none'", "DENY"), path
            assert reply.headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
            assert reply.headers["cache-control"] == "no-cache"
            assert "etag" not in reply.headers
            assert policy["connect-src"] == "'self' ws://127.0.0.1:3002"
            nonces.append(nonce)
        assert len(set(nonces)) == len(nonces)
        assert min(map(len, nonces)) >= 22

        for path in ("/chat/help", "/form/order"):
            reply = await client.get(path)
            policy = directives(reply)
            assert policy["frame-ancestors"] == "https://shop.example.com"
            assert "x-frame-options" not in reply.headers
            assert reply.headers["cross-origin-opener-policy"] == "unsafe-none"
            assert policy["script-src"].startswith("'nonce-")

        asset = await client.get("/assets/app-1a2b.js")
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        again = await client.get("/assets/app-1a2b.js", headers={"if-none-match": asset.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        picture = await client.get("/icon.svg")
        assert directives(picture)["default-src"] == "'none'"
        assert picture.headers["cache-control"] == "no-cache"
        worker = await client.get("/worker.js")
        assert directives(worker)["connect-src"] == "'self'", "it fetches the app's own files"
        assert directives(worker)["default-src"] == "'none'"
        assert worker.headers["cache-control"] == "no-cache"
        assert "javascript" in worker.headers["content-type"]
        elsewhere = await client.get("/assets/worker.js")
        assert "connect-src" not in directives(elsewhere)
        missing = await client.get("/assets/none.js")
        assert (missing.status_code, directives(missing)["default-src"]) == (404, "'none'")


def test_over_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    settings = configuration.read({"SIM_URL": "https://sim.example.com", "SIM_DATA": str(tmp_path)})
    dressed = dict(Policies(settings).dress("/", []))
    assert dressed[b"strict-transport-security"] == b"max-age=31536000"


@pytest.mark.parametrize("site", ["example.com", "https://a.com; script-src *", "https://a.com/x", "javascript:x"])
def test_only_sites_can_be_named_as_embedding(site: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="SIM_EMBED_HOSTS"):
        configuration.read({"SIM_EMBED_HOSTS": site, "SIM_DATA": str(tmp_path)})

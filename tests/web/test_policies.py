"""The content-security policy as a browser enforces it."""

import http.server
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import expect

from tests.web.conftest import Person


def test_a_script_that_slipped_into_a_page_is_not_run(person: Person) -> None:
    page = person.open("/workflows")
    expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()
    assert person.complaints == []
    page.evaluate(
        """() => {
            const refused = new Set();
            document.addEventListener("securitypolicyviolation", (told) => {
                refused.add(told.effectiveDirective);
                document.body.dataset.refused = [...refused].sort().join(" ");
            });
            const holder = document.createElement("div");
            holder.innerHTML = '<img src="data:," onerror="window.slipped=1"><a href="javascript:window.slipped=2">';
            document.body.append(holder);
            holder.lastChild.click();
        }"""
    )
    expect(page.locator("body")).to_have_attribute("data-refused", "script-src-attr script-src-elem")
    assert page.evaluate("window.slipped") is None
    assert "sim-nonce" not in page.content()


@contextmanager
def elsewhere(html: str) -> Generator[str]:
    """The address of another site's page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_other_sites_may_frame_public_pages_and_nothing_else(person: Person) -> None:
    url = person.stack.url
    frames = f'<iframe name="chat" src="{url}/chat/help"></iframe><iframe name="app" src="{url}/workflows"></iframe>'
    with elsewhere(frames) as site:
        page = person.page
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text or "X-Frame" in said.text):
            page.goto(site)
        expect(page.frame_locator("[name=chat]").locator("#root")).to_be_attached()
        app = page.frame("app")
        assert app
        app.wait_for_url("chrome-error://chromewebdata/")

"""Files of a workspace as people would be hurt: cut off, full, twice at once, of others, and with any name there is."""

import asyncio
import hashlib
import os
import resource
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import msgspec
import pytest

from sim_core.errors import Fault, Missing, TooLarge
from sim_core.flow.world import Site
from sim_core.store.storage import Disk
from tests.rest.conftest import Api

MB = 1 << 20


async def put(api: Api, name: str, content: Any = b"words", **query: Any) -> httpx2.Response:
    headers = {"content-type": query.pop("kind", "")} if "kind" in query else {}
    headers |= query.pop("headers", {})
    return await api.ask("POST", "/files", params={"name": name, **query}, content=content, headers=headers)


async def made(api: Api, name: str, content: Any = b"words", **query: Any) -> dict[str, Any]:
    reply = await put(api, name, content, **query)
    assert reply.status_code in (200, 201), reply.text
    return reply.json()


async def listed(api: Api, **query: Any) -> list[str]:
    reply = await api.ask("GET", "/files", params={"folder": "", **query})
    assert reply.status_code == 200, reply.text
    return [one["name"] for one in reply.json()["items"]]


def kept(data: Path) -> set[str]:
    """What lies in the storage: digests, and what is on its way."""
    return {place.name for place in (data / "files").rglob("*") if place.is_file()}


@pytest.fixture(autouse=True)
def nothing_kept(data: Path) -> None:
    shutil.rmtree(data / "files", ignore_errors=True)


def limits(api: Api, **facts: int) -> None:
    files = api.platform.services.files
    files.limits = msgspec.structs.replace(files.limits, **facts)


async def test_a_file_comes_back_as_it_was_and_never_as_a_page(api: Api) -> None:
    content = b"<script>alert(1)</script>" * 100_000
    file = await made(api, "page.html", content, folder="a/b", kind="text/html; charset=utf-8")
    assert (file["size"], file["digest"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (file["folder"], file["media_type"]) == ("a/b", "text/html")
    reply = await api.ask("GET", f"/files/{file['id']}/content")
    assert reply.content == content
    said = reply.headers
    assert said["content-disposition"] == "attachment; filename=\"page.html\"; filename*=UTF-8''page.html"
    assert said["content-type"].startswith("text/html")
    assert said["content-length"] == str(len(content))
    assert "sandbox" in said["content-security-policy"]
    assert "default-src 'none'" in said["content-security-policy"]
    assert (said["x-content-type-options"], said["x-frame-options"]) == ("nosniff", "DENY")
    assert said["cross-origin-resource-policy"] == "same-origin"
    known = await api.ask("GET", f"/files/{file['id']}/content", headers={"if-none-match": said["etag"]})
    assert (known.status_code, known.content) == (304, b"")


PARTS = (
    ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
    ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
    ("bytes=-3", 206, b"789", "bytes 7-9/10"),
    ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=-0", 416, b"", "bytes */10"),
    ("bytes=5-2", 200, b"0123456789", None),
    ("bytes=0-1,4-5", 200, b"0123456789", None),
    ("lines=0-1", 200, b"0123456789", None),
)


async def test_parts_of_a_file(api: Api) -> None:
    file = await made(api, "ten.txt", b"0123456789")
    for asked, status, content, said in PARTS:
        reply = await api.ask("GET", f"/files/{file['id']}/content", headers={"range": asked})
        assert (reply.status_code, reply.content, reply.headers.get("content-range")) == (status, content, said), asked
        stale = {"range": asked, "if-range": '"another"'}
        reply = await api.ask("GET", f"/files/{file['id']}/content", headers=stale)
        assert (reply.status_code, reply.content) == (200, b"0123456789")


async def test_a_file_of_no_bytes_is_a_file(api: Api, data: Path) -> None:
    file = await made(api, "empty", b"")
    assert (file["size"], file["media_type"]) == (0, "application/octet-stream")
    reply = await api.ask("GET", f"/files/{file['id']}/content")
    assert (reply.status_code, reply.content, reply.headers["content-length"]) == (200, b"", "0")
    assert kept(data) == {hashlib.sha256(b"").hexdigest()}


NAMES = (
    "Übersicht.pdf", "见积书.xlsx", "تقرير.pdf", "отчёт.txt", "\u043e\u043d \u0441\u0430\u043c", "क्षत्रिय\u200d.txt",
    "🦄 party.png", "naïve 'quoted' \"name\".txt", "100 %.txt", "a.b.c", ".hidden", "x" * 251 + ".txt",
)  # fmt: skip


async def test_names_of_every_script_come_back(api: Api) -> None:
    for name in NAMES:
        file = await made(api, name, name.encode())
        assert file["name"] == name
        reply = await api.ask("GET", f"/files/{file['id']}/content")
        assert unquote(reply.headers["content-disposition"].partition("filename*=UTF-8''")[2]) == name
        assert reply.content == name.encode()
    assert sorted(await listed(api)) == sorted(NAMES)
    composed, apart = "é.txt", "e\u0301.txt"
    await made(api, apart)
    assert (await put(api, composed)).json()["code"] == "name_taken"
    assert await listed(api, search="UNICORN") == []
    assert await listed(api, search="ÜBER") == ["Übersicht.pdf"]
    assert await listed(api, search="%") == ["100 %.txt"]


BAD_NAMES = (
    "",
    "  ",
    ".",
    "..",
    "a/b",
    "..\\b",
    "a\nb",
    "a\x00b",
    "a\x7fb",
    "photo\u202egnp.exe",
    "x" * 256,
    "ü" * 128,
)


async def test_names_that_mislead_or_hurt_are_refused_in_words(api: Api, data: Path) -> None:
    file = await made(api, "good.txt")
    for name in BAD_NAMES:
        reply = await put(api, name)
        assert (reply.status_code, reply.json()["code"]) == (422, "bad_file_name"), (name, reply.text)
        assert len(reply.json()["detail"]) > 20
        assert (await api.ask("PATCH", f"/files/{file['id']}", {"name": name})).status_code == 422
        if name.strip() and "/" not in name:
            assert (await put(api, "x", folder=f"a/{name}/b")).status_code == 422
    assert kept(data) == {file["digest"]}


async def test_two_uploads_of_one_name_at_once_are_one_file_and_one_refusal(api: Api, data: Path) -> None:
    replies = await asyncio.gather(*(put(api, "same.bin", os.urandom(MB)) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"name_taken"}
    replies = await asyncio.gather(*(put(api, "same.bin", os.urandom(MB), if_exists="number") for _ in range(3)))
    assert sorted(reply.json()["name"] for reply in replies) == ["same (2).bin", "same (3).bin", "same (4).bin"]
    assert len(kept(data)) == 4
    long = "ü" * 125 + ".txt"
    await made(api, long)
    assert (await put(api, long, if_exists="number")).json()["name"] == "ü" * 123 + " (2).txt"
    was = (await api.ask("GET", "/files", params={"search": "same.bin"})).json()["items"][0]
    now = await put(api, "same.bin", b"other", if_exists="replace")
    assert (now.status_code, now.json()["id"], now.json()["size"]) == (200, was["id"], 5)
    assert was["digest"] not in kept(data)


async def test_what_was_damaged_on_its_way_is_refused(api: Api, data: Path) -> None:
    reply = await put(api, "a.bin", b"one", sha256=hashlib.sha256(b"two").hexdigest())
    assert (reply.status_code, reply.json()["code"]) == (422, "digest_mismatch")
    assert await listed(api) == []
    assert kept(data) == set()
    assert (await put(api, "a.bin", b"one", sha256=hashlib.sha256(b"one").hexdigest().upper())).status_code == 201


async def chunks(count: int, size: int = 65_536) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


async def test_too_much_is_refused_in_words_whether_it_says_so_before_or_not(api: Api, data: Path) -> None:
    limits(api, file=2 * MB, workspace=3 * MB)
    for content in (b"x" * 3 * MB, chunks(48)):
        reply = await put(api, "large.bin", content)
        assert (reply.status_code, reply.json()["code"]) == (413, "file_too_large"), reply.text
        assert "2097152 bytes" in reply.json()["detail"]
    await made(api, "half.bin", b"x" * 2 * MB)
    for content in (b"y" * 2 * MB, chunks(32)):
        reply = await put(api, "more.bin", content)
        assert (reply.status_code, reply.json()["code"]) == (413, "file_quota")
        assert "2097152 are used" in reply.json()["detail"]
    assert (await put(api, "half.bin", b"z" * 2 * MB, if_exists="replace")).status_code == 200
    assert await listed(api) == ["half.bin"]
    assert len(kept(data)) == 1


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """Lets this process write no file beyond a size, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_said_and_leaves_nothing(api: Api, data: Path) -> None:
    with small_disk(2 * MB):
        reply = await put(api, "large.bin", b"x" * 3 * MB)
    assert (reply.status_code, reply.json()["code"]) == (507, "no_room"), reply.text
    assert kept(data) == set()
    assert await listed(api) == []
    await made(api, "large.bin", b"x" * 3 * MB)


async def test_an_upload_that_is_cut_off_is_no_file(api: Api, data: Path) -> None:
    address = urlsplit(str(api.client.base_url))
    for head in (f"content-length: {8 * MB}", "transfer-encoding: chunked"):
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        lines = ("POST /api/v1/files?name=cut.bin HTTP/1.1", "host: localhost", f"x-api-key: {api.key}", head, "", "")
        writer.write("\r\n".join(lines).encode())
        piece = b"x" * 65_536
        writer.write(b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for _ in range(40)))
        await writer.drain()
        async with asyncio.timeout(30):
            while not kept(data):
                await asyncio.sleep(0.01)
        writer.transport.abort()
        async with asyncio.timeout(30):
            while kept(data):
                await asyncio.sleep(0.01)
    assert await listed(api) == []
    assert api.faults == []


async def test_what_a_killed_process_left_is_swept_and_what_is_under_way_is_not(api: Api, data: Path) -> None:
    files = api.platform.services.files
    file = await made(api, "kept.txt", b"kept")
    left = data / "files/incoming/0190aaaa"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"half of a file")
    (home,) = [one for one in (data / "files").iterdir() if one.name != "incoming"]
    orphan = home / "ab" / ("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"its row was never written")
    stranger = data / "files/gone-workspace/cd" / ("cd" * 32)
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"its workspace was deleted")
    async with Disk(data / "files").receive(chunks(20), most=9 * MB):
        await files.sweep()
        assert len(kept(data)) == 2  # what is kept, and what is under way
    await files.sweep()
    assert kept(data) == {file["digest"]}


async def test_one_content_lies_there_once_until_the_last_file_of_it_goes(api: Api, data: Path) -> None:
    one, two = await made(api, "one.txt"), await made(api, "two.txt")
    assert one["digest"] == two["digest"]
    assert len(kept(data)) == 1
    assert (await api.ask("DELETE", f"/files/{one['id']}")).status_code == 204
    assert (await api.ask("GET", f"/files/{two['id']}/content")).content == b"words"
    assert (await api.ask("DELETE", f"/files/{two['id']}")).status_code == 204
    assert kept(data) == set()
    assert (await api.ask("DELETE", f"/files/{two['id']}")).status_code == 404


async def test_files_of_another_workspace_are_not_there(api: Api) -> None:
    file = await made(api, "mine.txt")
    other = {"headers": {"x-api-key": api.other_key}}
    for method, path, body in (
        ("GET", f"/files/{file['id']}", None),
        ("GET", f"/files/{file['id']}/content", None),
        ("PATCH", f"/files/{file['id']}", {"name": "theirs"}),
        ("DELETE", f"/files/{file['id']}", None),
        ("POST", "/files/folders/delete", {"folder": "a"}),
    ):
        reply = await api.ask(method, path, body, **other)
        assert reply.status_code == 404, (method, path, reply.text)
        assert "mine" not in reply.text
    assert (await api.ask("GET", "/files", **other)).json()["items"] == []
    assert await listed(api) == ["mine.txt"]


async def test_folders_are_listed_moved_and_deleted_with_what_lies_in_them(api: Api, data: Path) -> None:
    for folder, name in (("", "top"), ("a", "1"), ("a/b", "2"), ("a/b/c", "3"), ("ab", "4"), ("z", "2")):
        await made(api, name, f"{folder}/{name}".encode(), folder=folder)
    reply = (await api.ask("GET", "/files", params={"folder": ""})).json()
    assert [(one["name"], one["files"]) for one in reply["folders"]] == [("a", 3), ("ab", 1), ("z", 1)]
    reply = (await api.ask("GET", "/files", params={"folder": "a/"})).json()
    assert ([one["name"] for one in reply["folders"]], [one["name"] for one in reply["items"]]) == (["b"], ["1"])
    moved = await api.ask("POST", "/files/folders/move", {"folder": "a/b", "to": "x/y"})
    assert moved.json() == {"files": 2}
    assert await listed(api, folder="x/y/c") == ["3"]
    clash = await api.ask("POST", "/files/folders/move", {"folder": "x/y", "to": "z"})
    assert (clash.status_code, clash.json()["code"]) == (409, "name_taken")
    assert (await api.ask("POST", "/files/folders/move", {"folder": "x", "to": "x/in"})).json()[
        "code"
    ] == "folder_cycle"
    assert (await api.ask("POST", "/files/folders/move", {"folder": "nowhere", "to": "b"})).status_code == 404
    assert (await api.ask("POST", "/files/folders/move", {"folder": "ab", "to": "abc"})).json() == {"files": 1}
    assert (await api.ask("POST", "/files/folders/delete", {"folder": ""})).status_code == 422
    assert (await api.ask("POST", "/files/folders/delete", {"folder": "x"})).json() == {"files": 2}
    assert len(kept(data)) == 4
    assert await listed(api, folder="abc") == ["4"]


async def test_pages_and_kinds(api: Api) -> None:
    for name in ("b.png", "A.pdf", "c.PNG", "d.txt", "e_f.svg"):
        await made(api, name)
    first = (await api.ask("GET", "/files", params={"folder": "", "limit": 2})).json()
    assert [one["name"] for one in first["items"]] == ["A.pdf", "b.png"]
    await api.ask("DELETE", f"/files/{first['items'][1]['id']}")  # the last that was seen goes meanwhile
    assert await listed(api, limit=2, cursor=first["next_cursor"]) == ["c.PNG", "d.txt"]
    assert await listed(api, accept="image/*") == ["c.PNG", "e_f.svg"]
    assert await listed(api, accept="image/png, .pdf") == ["A.pdf", "c.PNG"]
    assert await listed(api, accept="*/*", search="_") == ["e_f.svg"]
    assert (await api.ask("GET", "/files", params={"cursor": "nonsense"})).status_code == 200


async def test_a_file_is_renamed_and_moved_and_the_audit_log_tells_it(api: Api) -> None:
    file = await made(api, "old.txt")
    await made(api, "taken.txt", folder="a")
    now = (await api.ask("PATCH", f"/files/{file['id']}", {"name": " new.txt ", "folder": "/a//b/"})).json()
    assert (now["name"], now["folder"], now["digest"]) == ("new.txt", "a/b", file["digest"])
    clash = await api.ask("PATCH", f"/files/{file['id']}", {"name": "taken.txt", "folder": "a"})
    assert (clash.status_code, clash.json()["code"]) == (409, "name_taken")
    await api.ask("DELETE", f"/files/{file['id']}")
    store = api.platform.services.store
    rows = await store.rows("SELECT action, before, after FROM audit_log WHERE thing_id = $1 ORDER BY id", file["id"])
    assert [row["action"] for row in rows] == ["file.upload", "file.change", "file.delete"]
    assert "new.txt" in rows[1]["after"]
    assert "old.txt" in rows[1]["before"]


async def test_a_run_opens_files_of_its_own_workspace_alone(api: Api, data: Path) -> None:
    async def emit(delta: Any) -> None: ...

    file = await made(api, "notes.txt", b"some words")
    world: Any = api.platform.runs.world
    store = api.platform.services.store
    ids = [row["id"] for row in await store.rows("SELECT id FROM workspace")]
    home = await store.value("SELECT workspace_id FROM file WHERE id = $1", file["id"])
    for workspace_id in ids:
        site = Site(run_id="r", block_id="b", block_name="B", key="k", workspace_id=workspace_id, emit=emit)
        if workspace_id != home:
            with pytest.raises(Missing, match="deleted, or it is not of this workspace"):
                await world.open_file(site, file["id"], 100)
            continue
        opened = await world.open_file(site, file["id"], 100)
        assert (opened.name, opened.media_type, opened.content) == ("notes.txt", "text/plain", b"some words")
        with pytest.raises(TooLarge, match="10 bytes; 9 are taken"):
            await world.open_file(site, file["id"], 9)
        (place,) = [one for one in (data / "files").rglob(file["digest"])]
        place.write_bytes(b"same words")
        with pytest.raises(Fault, match="damaged"):
            await world.open_file(site, file["id"], 100)
        place.unlink()
        with pytest.raises(Missing, match="not where they were kept"):
            await world.open_file(site, file["id"], 100)
    assert len(ids) == 2

"""The guard: which places are closed, and what opens them."""

from collections.abc import Sequence

import pytest

from sim_core.errors import Denied, Invalid, Unreachable
from sim_core.net.addresses import parse
from sim_core.net.guard import Guard, split_port

CLOSED = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "10.0.0.1", "172.16.5.4", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0xa9fea9fe", "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1",
    "[::ffff:7f00:1]", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1", "fd00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fe80::1%25eth0", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "100::1", "4000::1", "127.0.0.1.", "LOCALHOST", "localhost.",
]  # fmt: skip
OPEN = ["93.184.216.34", "1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


async def names(host: str, port: int) -> Sequence[str]:
    return {
        "localhost": ["127.0.0.1", "::1"],
        "public.example": ["93.184.216.34"],
        "mixed.example": ["10.0.0.1", "93.184.216.34"],
        "inside.corp.example": ["10.1.2.3"],
        "meta.corp.example": ["169.254.169.254"],
        "zone.example": ["fe80::1%eth0"],
        "empty.example": [],
    }.get(host) or []


@pytest.mark.parametrize("host", CLOSED)
async def test_a_place_inside_is_closed_in_every_spelling(host: str):
    with pytest.raises(Denied):
        await Guard(resolve=names).check(host, 80)


@pytest.mark.parametrize("host", OPEN)
async def test_a_public_address_is_open(host: str):
    assert (await Guard(resolve=names).check(host, 443)).port == 443


async def test_a_name_is_followed_to_its_public_addresses_only():
    guard = Guard(resolve=names)
    assert [a.ip for a in await guard.addresses("mixed.example", 443)] == ["93.184.216.34"]
    with pytest.raises(Denied) as refused:
        await guard.check("inside.corp.example", 443)
    assert "10.1.2.3" not in refused.value.message
    assert "SIM_ALLOW_HOSTS" in refused.value.message
    with pytest.raises(Denied):
        await guard.check("zone.example", 443)
    with pytest.raises(Unreachable):
        await guard.check("empty.example", 443)


@pytest.mark.parametrize(
    ("rule", "host", "port", "opens"),
    [
        ("inside.corp.example", "inside.corp.example", 80, True),
        ("INSIDE.corp.example", "Inside.Corp.Example.", 80, True),
        ("*.corp.example", "inside.corp.example", 80, True),
        ("*.corp.example", "corp.example", 80, False),
        ("*.rp.example", "inside.corp.example", 80, False),
        ("inside.corp.example:8080", "inside.corp.example", 80, False),
        ("inside.corp.example:8080", "inside.corp.example", 8080, True),
        ("10.0.0.0/8", "inside.corp.example", 80, True),
        ("10.0.0.0/8:8080", "inside.corp.example", 80, False),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("10.1.2.3", "0x0a010203", 80, True),
        ("10.1.2.3", "::ffff:10.1.2.3", 80, True),
        ("10.1.2.4", "10.1.2.3", 80, False),
        ("[::1]:9000", "::1", 9000, True),
        ("[::1]:9000", "::1", 9001, False),
        ("fd00::/8", "fd00::7", 80, True),
        ("*.corp.example", "meta.corp.example", 80, False),
        ("169.254.169.254", "meta.corp.example", 80, True),
        ("64:ff9b::/96", "64:ff9b::101:101", 80, True),
        ("64:ff9b::/96", "64:ff9b::7f00:1", 80, False),
    ],
)
async def test_the_operator_opens_a_place(rule: str, host: str, port: int, opens: bool):
    guard = Guard([rule], resolve=names)
    if opens:
        assert (await guard.check(host, port)).port == port
        return
    with pytest.raises((Denied, Unreachable)):
        await guard.check(host, port)


@pytest.mark.parametrize("rule", ["127.0.0.1", "localhost", "127.0.0.0/8", "::1"])
async def test_our_own_ports_need_a_rule_with_the_port(rule: str):
    with pytest.raises(Denied, match="own services"):
        await Guard([rule], own=(5432,), resolve=names).check("::1" if rule == "::1" else "127.0.0.1", 5432)
    with_port = f"[{rule}]:5432" if ":" in rule else f"{rule}:5432"
    host = "localhost" if rule == "localhost" else rule.partition("/")[0].replace("127.0.0.0", "127.0.0.1")
    assert (await Guard([with_port], own=(5432,), resolve=names).check(host, 5432)).port == 5432


@pytest.mark.parametrize("rule", ["*", "*.*", "10.0.0.0/33", "a.example:http", "", "*."])
def test_a_rule_that_says_nothing_clear_is_refused(rule: str):
    with pytest.raises(Invalid):
        Guard([rule])


@pytest.mark.parametrize("host", ["example.com", "1.2.3.4.5", "256.1.1.1", "0xg", "1.2.3.4567", "", "a.1", "08", "::g"])
def test_a_name_is_no_address(host: str):
    assert parse(host) is None


def test_ports_are_split_off():
    assert split_port("[::1]:80") == ("::1", 80)
    assert split_port("::1") == ("::1", None)
    assert split_port("a.example:81") == ("a.example", 81)

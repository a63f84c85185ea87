"""An authenticator in software: it makes keys for sites, and signs what it is asked with them, as devices do."""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
AAGUID = bytes.fromhex("53494d00000000000000000000000001")


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def un64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """The few kinds of CBOR that an authenticator writes (RFC 8949)."""
    match value:
        case int() if value >= 0:
            return _head(0, value)
        case int():
            return _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case dict():
            return _head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
        case _:
            raise TypeError(value)


def _head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes([major << 5 | size])
    for more, shape in ((24, ">B"), (25, ">H"), (26, ">I")):
        if size < 1 << 8 * struct.calcsize(shape):
            return bytes([major << 5 | more]) + struct.pack(shape, size)
    raise ValueError(size)


@dataclass
class Key:
    """A passkey on the device."""

    id: bytes
    site: str
    user: bytes
    private: Any
    uses: int = 0

    @property
    def cose(self) -> bytes:
        """Its public half (RFC 9053)."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return cbor({1: 1, 3: -8, -1: 6, -2: self.private.public_key().public_bytes_raw()})
        at = self.private.public_key().public_numbers()
        return cbor({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")})

    def sign(self, what: bytes) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(what)
        return self.private.sign(what, ec.ECDSA(hashes.SHA256()))


@dataclass
class Device:
    """A device, and the browser on it."""

    origin: str
    counts: bool = True
    """Whether it counts uses; what an account keeps on several devices does not."""
    flags: int = PRESENT | VERIFIED
    curve: str = "p256"
    keys: list[Key] = field(default_factory=list)

    def make(self, options: dict[str, Any], **other: Any) -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        known = {un64(one["id"]) for one in options.get("excludeCredentials") or ()}
        assert not known & {key.id for key in self.keys}, "this device has a passkey already"
        private: Any = ed25519.Ed25519PrivateKey.generate() if self.curve == "ed25519" else None
        key = Key(os.urandom(32), options["rp"]["id"], un64(options["user"]["id"]), private or _p256())
        self.keys.append(key)
        seen = self._seen("webauthn.create", options["challenge"], other)
        attested = AAGUID + struct.pack(">H", len(key.id)) + key.id + key.cose
        data = self._data(key, ATTESTED, **other) + attested
        told = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return _credential(key, clientDataJSON=b64(seen), attestationObject=b64(told), transports=["internal"])

    def show(self, options: dict[str, Any], *, key: Key | None = None, **other: Any) -> dict[str, Any]:
        """What `navigator.credentials.get` gives."""
        key = key or next(one for one in self.keys if one.site == options["rpId"])
        key.uses += self.counts
        seen = self._seen("webauthn.get", options["challenge"], other)
        data = self._data(key, 0, **other)
        signature = key.sign(data + hashlib.sha256(seen).digest())
        handle = other.get("user", key.user)
        return _credential(
            key, clientDataJSON=b64(seen), authenticatorData=b64(data), signature=b64(signature), userHandle=b64(handle)
        )

    def _seen(self, kind: str, challenge: str, other: dict[str, Any]) -> bytes:
        origin, challenge = other.get("origin", self.origin), other.get("challenge", challenge)
        seen = {"type": other.get("kind", kind), "challenge": challenge, "origin": origin, "crossOrigin": False}
        return json.dumps(seen).encode()

    def _data(self, key: Key, more: int, **other: Any) -> bytes:
        site = hashlib.sha256(other.get("site", key.site).encode()).digest()
        return site + bytes([other.get("flags", self.flags) | more]) + struct.pack(">I", other.get("uses", key.uses))


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _credential(key: Key, **response: Any) -> dict[str, Any]:
    attachment = {"authenticatorAttachment": "platform", "clientExtensionResults": {}}
    return {"id": b64(key.id), "rawId": b64(key.id), "type": "public-key", **attachment, "response": response}

"""What authenticators are asked and what they answer, in WebAuthn's terms; heavy, and so imported on first use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from msgspec import Struct

from sim_core.errors import Denied

T = TypeVar("T")
# It reads JSON by a class method whose types pyright cannot see.
AUTHENTICATION: Any = AuthenticationResponse
REQUIRED = UserVerificationRequirement.REQUIRED


class Made(Struct, frozen=True, kw_only=True):
    """A key that an authenticator made."""

    credential_id: bytes
    public_key: bytes
    """With its id, as the authenticator told it."""
    counter: int
    aaguid: str
    transports: str
    backed_up: bool


class Shown(Struct, frozen=True, kw_only=True):
    """What an authenticator said of a key that it used."""

    counter: int
    backed_up: bool
    user_handle: bytes


class Site:
    """The site that keys are for."""

    def __init__(self, name: str, origin: str) -> None:
        relying = PublicKeyCredentialRpEntity(name="Sim", id=name)
        self._server: Any = Fido2Server(relying, verify_origin=lambda given: given == origin)

    def options_to_make(
        self, *, user: bytes, email: str, name: str, known: Sequence[bytes]
    ) -> tuple[str, dict[str, Any]]:
        """The challenge, and what `navigator.credentials.create` takes."""
        kind = PublicKeyCredentialType.PUBLIC_KEY
        options, state = self._server.register_begin(
            PublicKeyCredentialUserEntity(name=email, id=user, display_name=name),
            [PublicKeyCredentialDescriptor(type=kind, id=id) for id in known] or None,
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=REQUIRED,
        )
        return state["challenge"], cast("dict[str, Any]", dict(options)["publicKey"])

    def options_to_show(self) -> tuple[str, dict[str, Any]]:
        """The challenge, and what `navigator.credentials.get` takes."""
        options, state = self._server.authenticate_begin(user_verification=REQUIRED)
        return state["challenge"], cast("dict[str, Any]", dict(options)["publicKey"])

    def made(self, challenge: str, answer: Mapping[str, Any]) -> Made:
        """The key that was made; raises `Denied` for what does not fit."""

        def read() -> Made:
            data: AuthenticatorData = self._server.register_complete(_state(challenge), answer)
            key = cast("AttestedCredentialData", data.credential_data)
            transports = answer["response"].get("transports") or ()
            return Made(
                credential_id=key.credential_id,
                public_key=bytes(key),
                counter=data.counter,
                aaguid=str(key.aaguid),
                transports=" ".join(str(one)[:20] for one in transports)[:100],
                backed_up=bool(data.flags & AuthenticatorData.FLAG.BS),
            )

        return _checked(read)

    def shown(self, challenge: str, answer: Mapping[str, Any], *, public_key: bytes) -> Shown:
        """What was proven with a key; raises `Denied` for what proves nothing."""

        def read() -> Shown:
            self._server.authenticate_complete(_state(challenge), [AttestedCredentialData(public_key)], answer)
            given = AUTHENTICATION.from_dict(answer).response
            data = given.authenticator_data
            is_kept = bool(data.flags & AuthenticatorData.FLAG.BS)
            return Shown(counter=data.counter, backed_up=is_kept, user_handle=given.user_handle or b"")

        return _checked(read)

    def id_of(self, answer: Mapping[str, Any]) -> bytes:
        """The id of the key that an answer says it is by; raises `Denied`."""
        return _checked(lambda: cast("bytes", AUTHENTICATION.from_dict(answer).raw_id))

    def refusal(self) -> Denied:
        """What is said of every answer that does not fit."""
        return _refusal()


def _state(challenge: str) -> dict[str, Any]:
    return {"challenge": challenge, "user_verification": REQUIRED}


def _checked(read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception:
        # bytes of a stranger's making: whatever it is that their parser stumbles over, they prove nothing
        raise _refusal() from None


def _refusal() -> Denied:
    return Denied("This passkey does not fit what was asked; begin again.", code="passkey")

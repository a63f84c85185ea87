"""What becomes of a commit, as those in the room are told of it."""

from collections.abc import Iterable, Mapping

from sim_core.errors import SimError
from sim_core.store.chains import Appended, Batch
from sim_core.store.documents import Change
from sim_realtime import protocol

OUTCOMES: Mapping[str, protocol.Outcome] = {
    "applied": "dup",
    "dup": "dup",
    "noop": "noop",
    "refused": "noop",
    "superseded": "superseded",
}
"""What a sender is told of a commit that nobody has to hear of, or that it was told of before."""


def effects(batch: Batch, result: Appended | SimError) -> Iterable[protocol.Done]:
    """What a commit changed, for everybody."""
    for one in result.applied if isinstance(result, Appended) else ():
        if not one.again:
            cseq = None if batch.cseq is None else batch.cseq + one.index
            yield protocol.Done(
                seq=one.seq, client_id=batch.client_id, actor=batch.actor, op=one.effective, cseq=cseq, ts=one.ts
            )


def known_before(result: Appended | SimError) -> Iterable[int]:
    """Where operations stand that an earlier try has committed, and nobody may have heard of."""
    return (one.seq for one in result.applied if one.again) if isinstance(result, Appended) else ()


def effect(change: Change) -> protocol.Done:
    """What an earlier commit changed."""
    return protocol.Done(
        seq=change.seq, client_id=change.client_id, actor=change.actor, op=change.effective, cseq=change.cseq,
        ts=change.ts,
    )  # fmt: skip


def refusal_of(workflow_id: str, result: Appended | SimError) -> protocol.Reject | None:
    """The refusal that a result is, if it is one; the number is filled in by who sends it."""
    if isinstance(result, SimError):
        is_busy = result.status >= 500 or result.reason == "busy"
        return protocol.Reject(r=workflow_id, cseq=0, code=result.reason, message=result.message, retryable=is_busy)
    if result.outcome in ("dup", "applied") or not result.refusals:
        return None
    why = result.refusals[0]
    return protocol.Reject(
        r=workflow_id, cseq=0, code=why.code, message=why.message, item=why.item, pointer=why.pointer, now=why.now
    )

import random

from sim_core.document.operations import Move, MoveBlocks
from sim_realtime import protocol
from sim_realtime.recent import PIECE, RING, Recent, frames


def done(seq: int, id: str = "a") -> protocol.Done:
    return protocol.Done(
        seq=seq, client_id='c"\\é', actor="p", op=MoveBlocks(items=(Move(id, seq, 0),)), cseq=seq, ts=seq * 1000
    )


def test_what_is_encoded_once_reads_as_the_message_that_it_is() -> None:
    dones = [done(seq) for seq in range(1, 4)]
    (text,) = frames('w"1', Recent().add(dones))
    assert protocol.decode_server.decode(text) == protocol.Committed(r='w"1', ops=tuple(dones))
    assert text == protocol.encode(protocol.Committed(r='w"1', ops=tuple(dones)))


def test_messages_are_of_moderate_size_and_keep_the_order() -> None:
    rng = random.Random(3)
    dones = [done(seq, "x" * rng.choice((1, 900, PIECE + 1))) for seq in range(1, 120)]
    heard: list[protocol.Done] = []
    for text in frames("w", Recent().add(dones)):
        message = protocol.decode_server.decode(text)
        assert isinstance(message, protocol.Committed)
        assert len(text) < PIECE + 1000 or len(message.ops) == 1
        heard += message.ops
    assert heard == dones
    assert [*frames("w", [])] == []


def test_only_what_is_at_hand_is_promised() -> None:
    recent = Recent()
    assert not recent.reaches(0)
    recent.add(done(seq) for seq in range(1, RING + 11))
    assert not recent.reaches(9)
    assert recent.reaches(10)
    assert [seq for seq, _ in recent.after(10)] == [*range(11, RING + 11)]
    assert recent.after(RING + 10) == []

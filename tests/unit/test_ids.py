import os
import threading
import uuid

from sim_core.ids import new_id


def test_ids_are_version_7_and_rise() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    for text in (ids[0], ids[-1]):
        read = uuid.UUID(text)
        assert (str(read), read.version, read.variant) == (text, 7, uuid.RFC_4122)


def test_threads_never_share_an_id() -> None:
    made: list[list[str]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda mine=mine: mine.extend(new_id() for _ in range(5_000))) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id for mine in made for id in mine}) == 20_000
    assert all(mine == sorted(mine) for mine in made)


def test_a_fork_does_not_repeat_its_parents_ids() -> None:
    new_id()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, "".join(new_id() for _ in range(100)).encode())
        os._exit(0)
    ours = {new_id() for _ in range(100)}
    os.waitpid(child, 0)
    text = os.read(reader, 36 * 100).decode()
    os.close(reader)
    os.close(writer)
    theirs = {text[at : at + 36] for at in range(0, len(text), 36)}
    assert len(theirs) == 100
    assert not ours & theirs

from tests.vectors.make import FILE, text


def test_the_reducer_does_what_the_golden_vectors_say() -> None:
    assert FILE.read_bytes() == text(), "make them anew: python -m tests.vectors.make"
    assert FILE.stat().st_size < 1_000_000

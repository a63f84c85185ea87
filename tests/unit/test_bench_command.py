import os
import subprocess
import sys

import pytest

BENCH = (sys.executable, "-m", "tests.bench")


def bench(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*BENCH, *words], capture_output=True, text=True, timeout=60, check=False)


def test_help_for_a_bench_says_what_can_be_asked_and_measures_nothing() -> None:
    told = bench("realtime", "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "\n--full " in told.stdout
    assert "\n--json " in told.stdout
    assert "G1" not in told.stdout
    assert "\n--full " not in bench("cli", "--help").stdout


def test_without_a_name_the_benches_are_listed() -> None:
    told = bench()
    assert told.returncode == 0
    assert "\nrealtime     Rooms under load" in told.stdout


@pytest.mark.parametrize("word", ["nonsense", "--nonsense"])
def test_what_there_is_not_is_named_and_measures_nothing(word: str) -> None:
    told = bench("cli", word)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"there is no {word!r}")


def test_a_reader_that_leaves_ends_it_without_a_trace() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run(BENCH, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)
    assert told.stderr == ""

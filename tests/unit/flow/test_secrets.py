from sim_core.flow.secrets import Secrets

KNOWN = {"KEY": "abcd-1234", "LONGER": "abcd-1234-5678", "TINY": "abc"}


def test_only_what_was_used_is_masked_and_the_longest_first() -> None:
    secrets = Secrets(KNOWN)
    assert secrets.mask("abcd-1234-5678") == "abcd-1234-5678"
    assert (secrets["KEY"], secrets["LONGER"]) == (KNOWN["KEY"], KNOWN["LONGER"])
    assert secrets.mask({"x abcd-1234": ["abcd-1234-5678!", 1]}) == {"x {{KEY}}": ["{{LONGER}}!", 1]}


def test_short_values_are_let_be() -> None:
    secrets = Secrets(KNOWN)
    assert secrets["TINY"] == "abc"
    assert secrets.mask("abcdef") == "abcdef"


def test_what_holds_no_secret_stays_the_same_object() -> None:
    secrets = Secrets(KNOWN)
    assert secrets["KEY"]
    value = {"a": ["b", {"c": 1}]}
    assert secrets.mask(value) is value


def test_masked_values_come_back_and_markers_that_stood_there_do_not() -> None:
    secrets = Secrets(KNOWN)
    assert secrets["KEY"]
    masked, names = secrets.masked({"a": "abcd-1234"})
    assert (masked, names) == ({"a": "{{KEY}}"}, ("KEY",))
    assert Secrets(KNOWN).unmask(masked, names) == {"a": "abcd-1234"}
    forged, nobody = secrets.masked({"a": "abcd-1234", "b": "{{KEY}}"})
    assert nobody == ()
    assert Secrets(KNOWN).unmask(forged, nobody) == forged
    assert Secrets(KNOWN).unmask({"a": "{{KEY}}"}, ()) == {"a": "{{KEY}}"}

"""Where a package came from is told by its installer's note, whatever stands in it."""

from pathlib import Path

import pytest

from sim_core.registry.origin import origin

HERE = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("noted", "kind", "place"),
    [
        ("", "index", ""),
        ('{"url": "file:///srv/my%20block", "dir_info": {"editable": true}}', "file", "/srv/my block"),
        ('{"url": "file:///tmp/a.whl", "archive_info": {"hashes": {}}}', "file", "/tmp/a.whl"),
        (f'{{"url": "{(HERE / "plugins/tools/github").as_uri()}"}}', "built_in", str(HERE / "plugins/tools/github")),
        ('{"url": "https://example.com/a.whl?token=t#sha256=1"}', "address", "https://example.com/a.whl"),
        (
            '{"url": "ssh://git:secret@example.com/a.git", "vcs_info": {"vcs": "git"}}',
            "address",
            "ssh://example.com/a.git",
        ),
        ("{", "index", ""),
        ('{"url": 3}', "index", ""),
        ('{"url": "https://[broken/a.whl"}', "index", ""),
    ],
)
def test_the_note_of_an_installer_is_read_without_its_secrets(noted: str, kind: str, place: str) -> None:
    found = origin("somebodys-block", noted)
    assert (found.kind, found.place) == (kind, place)
    assert found.editable == ("editable" in noted)


def test_the_platform_itself_is_built_in_however_it_was_installed() -> None:
    assert origin("sim-platform", "").kind == "built_in"
    assert origin("sim-platform", '{"url": "https://example.com/sim.whl"}').kind == "built_in"

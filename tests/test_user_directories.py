from pathlib import Path

import pytest

from mailtrap.user_directories import settings_directory, state_directory

HOME = Path("/home/ann")
SET = {"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "APPDATA": "/r", "LOCALAPPDATA": "/l"}


@pytest.mark.parametrize(
    ("platform", "usual", "named"),
    [
        (
            "linux",
            (HOME / ".config/mailtrap", HOME / ".local/state/mailtrap"),
            ("/c/mailtrap", "/s/mailtrap"),
        ),
        (
            "darwin",
            (HOME / ".config/mailtrap", HOME / ".local/state/mailtrap"),
            ("/c/mailtrap", "/s/mailtrap"),
        ),
        (
            "win32",
            (HOME / "AppData/Roaming/mailtrap", HOME / "AppData/Local/mailtrap"),
            ("/r/mailtrap", "/l/mailtrap"),
        ),
    ],
)
def test_each_system_has_places_of_its_own(
    platform: str, usual: tuple[Path, Path], named: tuple[str, str]
) -> None:
    both = (settings_directory, state_directory)

    assert tuple(each({}, platform, HOME) for each in both) == usual
    assert tuple(each(SET, platform, HOME) for each in both) == tuple(map(Path, named))


def test_a_relative_path_in_the_environment_does_not_count() -> None:
    assert state_directory({"XDG_STATE_HOME": "here"}, "linux", HOME) == state_directory(
        {}, "linux", HOME
    )


def test_without_a_home_there_is_no_place() -> None:
    assert settings_directory({}, "linux", None) is None
    assert settings_directory(SET, "linux", None) == Path("/c/mailtrap")

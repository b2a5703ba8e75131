"""What settings say of the screen, for the commands that show one."""

import os
import sys
from pathlib import Path

from mailtrap.errors import UsageError
from mailtrap.setting_groups import ScreenSettings
from mailtrap.setting_sources import Sources
from mailtrap.settings import options_of
from mailtrap.tui.keymap import KeysError, checked
from mailtrap.tui.look import Look
from mailtrap.user_directories import home_directory, state_directory

_MEMORY = "screen.json"


def look_of(given: Sources) -> Look:
    """How it is to look.  Raises UsageError with the place of what cannot be used."""
    settings: ScreenSettings = given.of(ScreenSettings)
    return Look(
        theme=settings.theme,
        layout=settings.layout,
        split=settings.split,
        mouse=settings.mouse,
        images=settings.images,
        set_by={
            each.attribute: found.where
            for each in options_of(ScreenSettings)
            if (found := given.given(each)).by != "default"
        },
        keys=keys_of(given),
        memory=memory(),
    )


def memory() -> Path | None:
    """The file of what was chosen on the screen."""
    directory = state_directory(os.environ, sys.platform, home_directory())
    return None if directory is None else directory / _MEMORY


def keys_of(given: Sources) -> dict[str, str]:
    """Keys of the screen that are not the usual ones.  Raises UsageError with file and line."""
    found = given.keys()
    try:
        return checked({action: keys.value for action, keys in found.items()})
    except KeysError as error:
        raise UsageError(f"{found[error.action].where}: {error}") from error

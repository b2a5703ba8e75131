"""Where programs keep settings and state of their user.  Pure.

XDG Base Directory Specification 0.8, on macOS as well; on Windows what it has for the same.
"""

from collections.abc import Mapping
from pathlib import Path

_NAME = "mailtrap"


def settings_directory(environ: Mapping[str, str], platform: str, home: Path | None) -> Path | None:
    """The directory of the user's settings; None where there is no home."""
    if platform == "win32":
        return _in(environ, "APPDATA", home, "AppData/Roaming")
    return _in(environ, "XDG_CONFIG_HOME", home, ".config")


def state_directory(environ: Mapping[str, str], platform: str, home: Path | None) -> Path | None:
    """The directory of what is to be remembered; None where there is no home."""
    if platform == "win32":
        return _in(environ, "LOCALAPPDATA", home, "AppData/Local")
    return _in(environ, "XDG_STATE_HOME", home, ".local/state")


def home_directory() -> Path | None:
    """The home of who runs this, where there is one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def _in(environ: Mapping[str, str], variable: str, home: Path | None, usual: str) -> Path | None:
    named = environ.get(variable, "")
    if Path(named).is_absolute():  # the specification wants others to be ignored
        return Path(named, _NAME)
    return None if home is None else Path(home, usual, _NAME)

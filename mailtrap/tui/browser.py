"""Show a page in the user's browser, or say how to get there where there is none."""

import asyncio
import getpass
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from mailtrap.tui.clipboard import is_remote

PATIENCE = 5.0  # seconds until a browser that has not failed is taken to have opened

# A process of its own: a browser for terminals would paint over the screen, others log there.
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def can_open(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """There is a browser that the user would see."""
    if is_remote(environ):
        return False
    if platform in ("darwin", "win32", "cygwin"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


async def open_url(url: str, environ: Mapping[str, str]) -> bool:
    """Open it; whether that seems to have worked."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _OPEN, url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=dict(environ),
        )
        return await asyncio.wait_for(process.wait(), PATIENCE) == 0
    except TimeoutError:
        return True
    except OSError:
        return False


def tunnel(url: str, environ: Mapping[str, str]) -> str:
    """What to type on the machine one sits at, so that the URL works there."""
    port = urlsplit(url).port
    words = environ.get("SSH_CONNECTION", "").split()  # client, its port, server, its port
    host = words[2] if len(words) == 4 else "this-machine"
    at_port = f" -p {words[3]}" if len(words) == 4 and words[3] != "22" else ""
    return f"ssh -N -L {port}:127.0.0.1:{port}{at_port} {_user(environ)}@{host}"


def _user(environ: Mapping[str, str]) -> str:
    try:
        return environ.get("USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "user"

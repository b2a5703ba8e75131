"""Who calls sendmail: the user, the machine, the time."""

import os
import re
import socket
import time
from collections.abc import Mapping

from mailtrap.sending.recipients import addresses
from mailtrap.sendmail.flags import Flags
from mailtrap.sendmail.message import Author, qualified

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def author_of(flags: Flags, environ: Mapping[str, str]) -> Author:
    """The sender of ``-f``, else the user who calls; a name alone is somebody on this machine."""
    host = _host()
    user, full_name = _user(environ)
    if flags.sender is None:
        sender = user.encode()
    else:
        sender = b"".join(addresses(os.fsencode(flags.sender))[:1])
    name = flags.name if flags.name is not None else environ.get("NAME") or full_name
    now = time.time()
    return Author(
        qualified(sender, host),
        name,
        host,
        time.strftime("%a, %d %b %Y %H:%M:%S %z", time.localtime(now)),
        f"{time.strftime('%Y%m%d%H%M%S', time.gmtime(now))}.{os.urandom(6).hex()}",
    )


def _host() -> str:
    name = socket.gethostname()
    return name if _HOST.fullmatch(name) else "localhost"


def _user(environ: Mapping[str, str]) -> tuple[str, str]:
    """Login name and full name."""
    try:
        import pwd

        entry = pwd.getpwuid(os.getuid())
    except (ImportError, KeyError):  # Windows; a container with a user that has no entry
        return environ.get("USER") or environ.get("USERNAME") or "nobody", ""
    # "&" is the login name with a capital; what is behind a comma are rooms and telephones.
    full_name = entry.pw_gecos.partition(",")[0].replace("&", entry.pw_name.capitalize())
    return entry.pw_name, full_name

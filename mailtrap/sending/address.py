"""Where to send mail to: options, a URL, the environment.  Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from mailtrap.errors import UsageError

HOST, PORT = "localhost", 1025
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 compared, not bound
_SCHEMES = {"smtp": "", "smtps": "smtps", "smtp+starttls": "starttls"}
_URL = "smtp://user:password@host:port"


class ServerAddress(NamedTuple):
    """A server and how it wants to be spoken to."""

    host: str = HOST
    port: int = PORT
    tls: str = ""  # "starttls", or "smtps": TLS comes first
    user: str = ""
    password: str = ""


def read_address(
    environ: Mapping[str, str], *, url: str = "", host: str = "", port: str = ""
) -> ServerAddress:
    """The server of options, else of ``MAILTRAP_URL``, ``MAILTRAP_HOST`` and ``MAILTRAP_PORT``.

    These may be those of a server: of many hosts it is the first, of 0.0.0.0 the own machine.
    Raises UsageError.
    """
    if url:
        return _of_url("--url", url)
    named_url = environ.get("MAILTRAP_URL", "")
    if not (host or port) and named_url:
        return _of_url("MAILTRAP_URL", named_url)
    first = environ.get("MAILTRAP_HOST", "").partition(",")[0].strip()
    source, number = ("--port", port) if port else ("MAILTRAP_PORT", environ.get("MAILTRAP_PORT"))
    return ServerAddress(
        host or _EVERYWHERE.get(first or HOST, first or HOST),
        _port(source, number) if number else PORT,
    )


def _of_url(source: str, text: str) -> ServerAddress:
    from urllib.parse import unquote, urlsplit

    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise UsageError(f"{source}: {text!r} is no URL ({error}); write {_URL}") from error
    if url.scheme not in _SCHEMES or not host or url.path.strip("/") or url.query:
        raise UsageError(
            f"{source}: {text!r} names no SMTP server; write {_URL}, or smtps://, smtp+starttls://"
        )
    user, password = (
        unquote(text or "", errors="surrogateescape") for text in (url.username, url.password)
    )
    return ServerAddress(
        _EVERYWHERE.get(host, host),
        PORT if port is None else port,
        _SCHEMES[url.scheme],
        user,
        password,
    )


def _port(source: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise UsageError(f"{source}: {text!r} is not a port; give a number from 1 to 65535")
    return int(text)

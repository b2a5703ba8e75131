"""What each command that runs a server does first: settings, sockets, trap, warnings."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from mailtrap import __version__
from mailtrap.cli import tell
from mailtrap.session import Peer
from mailtrap.settings import Settings, resolve
from mailtrap.smtp.listen import bind, is_loopback
from mailtrap.smtp.server import Server
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.trap import Trap


@dataclass(frozen=True, slots=True)
class Listening:
    """A trap and a server for it whose sockets are bound, but which does not accept yet."""

    settings: Settings
    trap: Trap
    server: Server


def listen(arguments: argparse.Namespace) -> Listening:
    """Bind what the command line asks for.  Raises UsageError or ListenError."""
    settings = resolve(arguments, os.environ, {})
    sockets = bind(settings.host, settings.port)
    store = MemoryStore(max_messages=settings.max_messages, max_bytes=settings.max_bytes)
    trap = Trap(store, max_sessions=settings.max_messages, max_bytes=settings.max_bytes)
    server = Server(
        trap,
        sockets,
        _terms(settings),
        timeout=settings.timeout,
        strict_eod=settings.strict_eod,
    )
    _warn_if_open(server.addresses)
    return Listening(settings, trap, server)


def spoken(addresses: Sequence[tuple[str, int]]) -> str:
    """Addresses for people: ``127.0.0.1:1025 and [::1]:1025``."""
    return " and ".join(str(Peer(host, port)) for host, port in addresses)


def _terms(settings: Settings) -> Terms:
    return Terms(
        hostname=settings.hostname,
        version=__version__,
        max_size=settings.max_size or None,
        trust_xclient=settings.trust_xclient,
        ehlo_add=tuple(change[1:] for change in settings.ehlo if change[0] == "+"),
        ehlo_remove=tuple(change[1:].upper() for change in settings.ehlo if change[0] == "-"),
        users=dict(settings.user),
    )


def _warn_if_open(addresses: Sequence[tuple[str, int]]) -> None:
    hosts = dict.fromkeys(host for host, _ in addresses if not is_loopback(host))
    if hosts:
        tell(
            f"warning: {', '.join(hosts)} can be reached from other machines; anyone there can"
            " send mail here and fill this one's memory"
        )

"""What each command that runs a server does first: settings, sockets, trap, warnings."""

import argparse
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrap.cli import tell
from mailtrap.errors import ListenError, StoreError, UsageError
from mailtrap.faults.policy import Policy
from mailtrap.faults_file import FaultsFile, Tell
from mailtrap.live_faults import LiveFaults
from mailtrap.session import Peer
from mailtrap.setting_files import sources
from mailtrap.setting_groups import Settings
from mailtrap.setting_sources import Sources, resolve
from mailtrap.settings import option
from mailtrap.smtp.certificates import Certificates, names_for
from mailtrap.smtp.listen import bind, is_loopback
from mailtrap.smtp.server import Server
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.trap import MAX_BYTES, MAX_MESSAGES, Trap
from mailtrap.version import __version__

if TYPE_CHECKING:
    from mailtrap.stores.maildir import MaildirStore


@dataclass(frozen=True, slots=True)
class Listening:
    """A trap and a server for it whose sockets are bound, but which does not accept yet."""

    settings: Settings
    trap: Trap
    server: Server
    faults: FaultsFile | None
    certificates: Certificates
    live_faults: LiveFaults
    maildir: "MaildirStore | None" = None

    @property
    def kept(self) -> str:
        """Where mail is kept, for people."""
        return "in memory" if self.maildir is None else f"in {self.maildir.path}"

    @property
    def described(self) -> str:
        """Where it listens, for people, and what its TLS needs."""
        parts = [spoken(self.server.addresses)]
        if self.server.smtps_addresses:
            parts.append(f"TLS first on {spoken(self.server.smtps_addresses)}")
        if self.certificates.ca is not None:
            parts.append(f"clients have to trust {self.certificates.ca}")
        return "; ".join(parts)

    def publish_ca(self) -> None:
        """Write the CA that clients have to trust, where there is one.  Raises UsageError."""
        if _shows_certificate(self.settings) and self.settings.tls_cert is None:
            self.certificates.write_ca()

    @contextmanager
    def following_faults(self, tell: Tell) -> Iterator[None]:
        """Keep the rules as --faults has them; ``tell`` hears of each change of the file."""
        if self.faults is None:
            yield
            return
        self.faults.start(tell)
        try:
            yield
        finally:
            self.faults.stop()


@contextmanager
def listening(arguments: argparse.Namespace) -> Iterator[Listening]:
    """Bind what the command line asks for, for the length of a block.

    Raises UsageError, ListenError or StoreError, and nothing is left open then.
    """
    given = sources(arguments)
    settings = resolve(given)
    _check_use(settings, given)
    policy = Policy(magic=not settings.no_magic)
    live_faults = LiveFaults(policy)
    faults = FaultsFile(settings.faults, live_faults) if settings.faults is not None else None
    certificates = _certificates(settings)
    sockets, smtps = _bind(settings)
    try:
        maildir = _maildir(settings)
    except StoreError:
        for each in (*sockets, *smtps):
            each.close()
        certificates.close()
        raise
    trap = _trap(settings, maildir)
    server = Server(
        trap,
        sockets,
        _terms(settings),
        smtps=smtps,
        policy=policy,
        certificates=certificates,
        timeout=settings.timeout,
        strict_eod=settings.strict_eod,
        sniff=settings.sniff,
    )
    try:
        _warn_if_open([*server.addresses, *server.smtps_addresses])
        yield Listening(settings, trap, server, faults, certificates, live_faults, maildir)
    finally:
        if maildir is not None:
            maildir.close()
        for each in (*sockets, *smtps):
            each.close()
        certificates.close()


def _check_use(settings: Settings, given: Sources) -> None:
    """Raises UsageError for an option that does nothing.  In a file it may wait for its turn."""
    shows = _shows_certificate(settings)
    for attribute, is_used, needed in (
        ("fsync", settings.maildir is not None, "--maildir"),
        ("max_age", settings.maildir is not None, "--maildir"),
        ("tls_ca", shows, "--tls or --smtps-port"),
        ("tls_client_ca", shows, "--tls or --smtps-port"),
    ):
        setting = given.given(option(Settings, attribute))
        if setting.value and setting.is_asked_for and not is_used:
            value = f": {str(setting.value)!r} is" if isinstance(setting.value, Path) else " is"
            raise UsageError(f"{setting.where}{value} of no use without {needed}")


def _maildir(settings: Settings) -> "MaildirStore | None":
    if settings.maildir is None:
        return None
    from mailtrap.stores.maildir import MaildirStore

    return MaildirStore(
        settings.maildir,
        max_messages=settings.max_messages,
        max_bytes=settings.max_bytes,
        max_age=timedelta(seconds=settings.max_age) if settings.max_age else None,
        fsync=settings.fsync,
    )


def _trap(settings: Settings, maildir: "MaildirStore | None") -> Trap:
    if maildir is None:
        return Trap(
            MemoryStore(max_messages=settings.max_messages, max_bytes=settings.max_bytes),
            max_sessions=settings.max_messages,
            max_bytes=settings.max_bytes,
        )
    # All sessions are in their logs, in memory are the latest.
    trap = Trap(
        maildir,
        max_sessions=settings.max_messages or MAX_MESSAGES,
        max_bytes=settings.max_bytes or MAX_BYTES,
        prefix=maildir.prefix,
    )
    maildir.follow(trap)
    return trap


def spoken(addresses: Sequence[tuple[str, int]]) -> str:
    """Addresses for people: ``127.0.0.1:1025 and [::1]:1025``."""
    return " and ".join(str(Peer(host, port)) for host, port in addresses)


def _certificates(settings: Settings) -> Certificates:
    """The certificates, the usual one made where it is sure to be shown."""
    if settings.tls_key is not None and settings.tls_cert is None:
        raise UsageError(f"--tls-key: {str(settings.tls_key)!r} needs a certificate: --tls-cert")
    if settings.tls_ca is not None and settings.tls_cert is not None:
        raise UsageError(
            f"--tls-ca: nothing can be written to {str(settings.tls_ca)!r}: the CA of --tls-cert"
            " is yours; leave one of them out"
        )
    if settings.smtps_port and settings.smtps_port == settings.port:
        raise UsageError(
            f"--smtps-port: {settings.smtps_port} is that of --port already; take two ports, or"
            " --sniff for both on one"
        )
    certificates = Certificates(
        names_for(settings.hostname),
        cert=settings.tls_cert,
        key=settings.tls_key,
        ca_file=settings.tls_ca,
        client_ca=settings.tls_client_ca,
    )
    if _shows_certificate(settings):
        certificates.context()
    return certificates


def _shows_certificate(settings: Settings) -> bool:
    return offers_starttls(settings) or settings.smtps_port is not None


def offers_starttls(settings: Settings) -> bool:
    """STARTTLS is in the list of EHLO."""
    return settings.tls or settings.require_tls or settings.tls_cert is not None


def _bind(settings: Settings) -> tuple[list[socket.socket], list[socket.socket]]:
    """Sockets for SMTP, and for SMTP where TLS comes first."""
    sockets = bind(settings.host, settings.port)
    if settings.smtps_port is None:
        return sockets, []
    try:
        return sockets, bind(settings.host, settings.smtps_port)
    except ListenError:
        for each in sockets:
            each.close()
        raise


def _terms(settings: Settings) -> Terms:
    return Terms(
        hostname=settings.hostname,
        version=__version__,
        max_size=settings.max_size or None,
        starttls=offers_starttls(settings),
        require_tls=settings.require_tls,
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

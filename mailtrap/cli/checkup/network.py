"""Ports, the loopback of IPv6, and how long names take."""

import socket
import threading
import time
from collections.abc import Callable, Collection, Sequence

from mailtrap.cli.checkup.finding import Finding, note, ok, todo
from mailtrap.errors import ListenError
from mailtrap.session import Peer
from mailtrap.smtp.listen import LOOPBACK, bind

SLOW = 1.0  # seconds; many mail libraries ask for this name before each connection
PATIENCE = 5.0  # seconds until the name of this machine is given up


def port(hosts: Sequence[str], number: int) -> Finding:
    """Whether mailtrap can listen there."""
    try:
        sockets = bind(hosts, number)
    except ListenError as error:
        what, _, remedy = str(error).partition("; ")
        if "another mailtrap" in what:
            return note("port", f"a mailtrap is at port {number} already", "use it, or --port 0")
        return todo("port", what, remedy or "try another --port")
    addresses = " and ".join(str(Peer(*each.getsockname()[:2])) for each in sockets)
    for each in sockets:
        each.close()
    return ok("port", f"{addresses} can be had")


def ipv6() -> Finding:
    """Whether ``localhost`` can be ::1, too."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK[1], 0))
    except OSError as error:
        return note(
            "IPv6",
            f"there is no {LOOPBACK[1]} ({error.strerror or error})",
            f"where an app fails to reach localhost, give it {LOOPBACK[0]}",
        )
    return ok("IPv6", f"{LOOPBACK[1]} is there")


def localhost(addresses: Callable[[], Collection[str]]) -> Finding:
    """Whether apps that connect to ``localhost`` end up here.  ``addresses`` may raise OSError."""
    remedy = f'put "{LOOPBACK[0]} localhost" into /etc/hosts, or give apps {LOOPBACK[0]}'
    try:
        found = addresses()
    except OSError as error:
        return todo("localhost", f"nobody knows that name ({error.strerror or error})", remedy)
    if not set(found) & set(LOOPBACK):
        return todo("localhost", f"is {', '.join(sorted(found))}, not this machine", remedy)
    return ok("localhost", f"is {' and '.join(sorted(found))}")


def addresses_of_localhost() -> set[str]:
    """What the resolver says."""
    return {str(found[4][0]) for found in socket.getaddrinfo("localhost", None)}


def hostname(ask: Callable[[], str] = socket.getfqdn, patience: float = PATIENCE) -> Finding:
    """How long the name of this machine takes."""
    names: list[str] = []
    asking = threading.Thread(target=lambda: names.append(ask()), daemon=True)
    began = time.monotonic()
    asking.start()
    asking.join(patience)
    took = time.monotonic() - began
    remedy = (
        f'put "127.0.1.1 {socket.gethostname()}" into /etc/hosts: smtplib and others ask for that'
        " name before each connection"
    )
    if not names:
        return todo("hostname", f"no name of this machine after {took:.0f} s", remedy)
    if took > SLOW:
        return note("hostname", f"{names[0]}, but that took {took:.1f} s", remedy)
    return ok("hostname", f"{names[0]}, at once")

"""Snippets: how to point an application here."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrap.smtp.certificates import Certificates
from mailtrap.smtp.listen import bind
from mailtrap.smtp.server import Server, ServerThread
from mailtrap.terms import Terms
from mailtrap.trap import Trap
from mailtrap.tui.endpoints import shown_address
from mailtrap.tui.snippets import filled, filled_tls
from tests.tui.senders import a_trap

CA = Path("/tmp/mailtrap-x1y2z3w4/ca.pem")
AT = ("127.0.0.1", 10_025)


def test_host_and_port_are_filled_in_everywhere() -> None:
    for _, what in filled(("127.0.0.1", 1025)):
        assert "127.0.0.1" in what
        assert "1025" in what
        assert "%" not in what


@pytest.mark.parametrize(("bound", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "::1")])
def test_a_listener_on_all_interfaces_is_reached_at_loopback(bound: str, reached: str) -> None:
    assert dict(filled((bound, 25)))["env"] == f"SMTP_HOST={reached} SMTP_PORT=25"


def test_every_line_fits_on_a_screen_of_80_columns() -> None:
    for _, what in filled(("127.0.0.1", 10_025)):
        assert max(map(len, what.splitlines())) <= 76


def test_the_snippet_for_new_django_is_python() -> None:
    namespace: dict[str, dict[str, dict[str, object]]] = {}
    exec(dict(filled(("127.0.0.1", 1025)))["Django 6.1+"], namespace)

    options = {"host": "127.0.0.1", "port": 1025}
    assert namespace["MAILERS"]["default"]["OPTIONS"] == options


def test_an_ipv6_address_has_brackets() -> None:
    assert shown_address(("::1", 1025)) == "[::1]:1025"


def test_every_line_of_the_snippets_for_tls_fits_too() -> None:
    for _, what in filled_tls(AT, CA):
        assert max(map(len, what.splitlines())) <= 76


@pytest.mark.parametrize("name", ["with space.pem", "it's.pem", 'quo"te.pem'])
def test_a_path_is_quoted_as_each_snippet_needs_it(name: str) -> None:
    path = Path("/tmp") / name
    snippets = dict(filled_tls(AT, path))

    assert f"SSL_CERT_FILE={path}" in shlex.split(snippets["environment"])
    assert str(path) in shlex.split(snippets["curl"])
    written = snippets["Python"].partition("cafile=")[2].removesuffix(")")
    assert eval(written) == str(path)


def test_brackets_are_around_an_ipv6_address_in_urls_and_with_ports() -> None:
    assert "smtp://[::1]:25 " in dict(filled_tls(("::1", 25), CA))["curl"]
    assert "--server [::1]:25 " in dict(filled(("::1", 25)))["shell"]
    assert dict(filled(("::1", 25)))["env"] == "SMTP_HOST=::1 SMTP_PORT=25"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Trap, tuple[str, int], Path]]:
    """A trap, where it listens, and the CA its clients have to trust."""
    trap, certificates = a_trap(), Certificates(ca_file=tmp_path / "ca.pem")
    certificates.write_ca()
    terms = Terms(hostname="trap.test", starttls=True)
    server = Server(trap, bind(["127.0.0.1"], 0), terms, certificates=certificates)
    thread = ServerThread(server)
    thread.start()
    yield trap, server.addresses[0], tmp_path / "ca.pem"
    thread.stop()


@pytest.mark.parametrize("client", ["swaks", "curl"])
def test_a_snippet_for_tls_sends_mail_over_tls(
    secure: tuple[Trap, tuple[str, int], Path], tmp_path: Path, client: str
) -> None:
    if not (shutil.which(client) or os.environ.get("CI")):
        pytest.skip(f"{client} is missing; install it with your package manager to run this")
    trap, address, ca = secure
    (tmp_path / "mail.eml").write_text("Subject: hello\n\nhello\n")

    command = dict(filled_tls(address, ca))[client]
    subprocess.run(["sh", "-c", command], cwd=tmp_path, timeout=30, check=True, capture_output=True)

    [message] = trap.messages
    session = trap.session(message.session)
    assert session is not None
    assert session.tls is not None

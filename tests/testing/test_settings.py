import smtplib
import subprocess
import sys
from types import SimpleNamespace

import pytest

from mailtrap.testing import ListenError, MailTrap, UsageError
from mailtrap.testing import settings as applications


def test_the_environment_says_where(trap: MailTrap) -> None:
    assert trap.settings("env") == {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(trap.port),
        "SMTP_URL": trap.url,
    }


def test_the_environment_has_user_and_authority_where_they_are_needed() -> None:
    with MailTrap(tls="starttls", auth=("ann", "secret")) as trap:
        found = trap.settings("env")

        assert (found["SMTP_USER"], found["SMTP_PASSWORD"]) == ("ann", "secret")
        assert found["SSL_CERT_FILE"] == str(trap.bundle_path)


def test_a_program_of_its_own_verifies_with_the_environment() -> None:
    script = """
import os, smtplib, ssl
with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
    client.starttls(context=ssl.create_default_context())
    client.login(os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"])
    client.sendmail("ann@example.org", ["bob@example.org"], "Subject: Hi")
"""
    with MailTrap(tls="starttls", require_tls=True, auth=("ann", "secret")) as trap:
        subprocess.run([sys.executable, "-c", script], env=trap.settings("env"), check=True)

        assert trap.one(subject="Hi").tls


@pytest.mark.parametrize(
    ("version", "has_mailers"), [((5, 2), False), ((6, 0), False), ((6, 1), True)]
)
def test_django_is_told_in_the_words_of_its_version(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], *, has_mailers: bool
) -> None:
    django = SimpleNamespace(VERSION=(*version, 0, "final", 0), __spec__=SimpleNamespace())
    monkeypatch.setitem(sys.modules, "django", django)

    with MailTrap(tls="starttls", auth=("ann", "secret")) as trap:
        found = trap.settings("django")

    if has_mailers:
        options = found["MAILERS"]["default"]["OPTIONS"]
        assert (options["port"], options["use_tls"], options["use_ssl"]) == (trap.port, True, False)
        assert "EMAIL_HOST" not in found
    else:
        assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (trap.host, trap.port)
        assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
        assert found["EMAIL_HOST_PASSWORD"] == "secret"
        assert "MAILERS" not in found


def test_flask_and_fastapi_are_told() -> None:
    with MailTrap(tls="smtps") as trap:
        flask, fastapi = trap.settings("flask"), trap.settings("fastapi-mail")

    assert (flask["MAIL_SERVER"], flask["MAIL_PORT"]) == (trap.host, trap.port)
    assert (flask["MAIL_USE_SSL"], flask["MAIL_SUPPRESS_SEND"]) == (True, False)
    assert (fastapi["MAIL_PORT"], fastapi["MAIL_SSL_TLS"]) == (trap.port, True)
    assert fastapi["USE_CREDENTIALS"] is False


def test_an_unknown_kind_is_told(trap: MailTrap) -> None:
    with pytest.raises(UsageError, match=r"no settings for 'djagno'; did you mean django\?"):
        trap.settings("djagno")  # type: ignore[arg-type] # what is tested


def test_every_kind_has_settings(trap: MailTrap) -> None:
    for kind in applications.KINDS:
        assert str(trap.port) in str(trap.settings(kind))  # type: ignore[arg-type] # one of them


def test_a_trap_on_ipv6_has_an_url() -> None:
    try:
        other = MailTrap(host="::1").start()
    except ListenError:
        pytest.skip("there is no IPv6")
    with smtplib.SMTP(other.host, other.port) as client:
        client.noop()
    other.stop()

    assert other.url == f"smtp://[::1]:{other.port}"

import importlib.util
import smtplib
import subprocess
import sys
from typing import Any

import pytest

from mailtrap.testing import ListenError, MailTrap, UsageError
from mailtrap.testing import settings as applications
from tests.clients.programs import missing


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


def django_version() -> tuple[int, ...]:
    """That of the Django which is installed."""
    if importlib.util.find_spec("django") is None:
        missing("django", "pip install -e '.[examples]'")
    version: tuple[int, ...] = importlib.import_module("django").VERSION
    return version[:2]


DJANGO = """
import django
from django.conf import settings
settings.configure(DEFAULT_FROM_EMAIL="shop@example.org", **{configured})
django.setup()
from django.core import mail
from django.test import override_settings
from django.test.utils import setup_test_environment
setup_test_environment()  # as its own runner and pytest-django do

from mailtrap.testing import MailTrap
with MailTrap(auth=("ann", "secret"), require_auth=True) as trap:
    found = trap.settings("django")
    with override_settings(**found):
        {send}
    assert trap.one(to="bob@*").auth_user == "ann"
    print(*found)
"""
SEND = 'mail.EmailMessage("Welcome", "Hello.", to=["bob@example.org"]).send({using})'


def sent_by_django(configured: dict[str, Any], using: str = "", more: str = "pass") -> set[str]:
    """Names of the settings with which a project that is configured so has sent mail."""
    send = f"{SEND.format(using=using)}; {more}"
    done = subprocess.run(
        [sys.executable, "-c", DJANGO.format(configured=configured, send=send)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_a_project_of_django_sends_to_us() -> None:
    has_mailers = django_version() >= (6, 1)

    names = sent_by_django({})

    assert names == {"MAILERS"} if has_mailers else "EMAIL_HOST" in names


def test_a_project_of_django_that_reads_its_settings_keeps_their_names() -> None:
    django_version()

    names = sent_by_django({"EMAIL_HOST": "mx.example.org"}, more="settings.EMAIL_HOST")

    assert "MAILERS" not in names
    assert {"EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_HOST_PASSWORD"} <= names


def test_each_mailer_of_a_project_of_django_sends_to_us() -> None:
    if django_version() < (6, 1):
        pytest.skip("needs Django 6.1, which needs Python 3.12")
    backend = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}

    names = sent_by_django({"MAILERS": {"default": backend, "news": backend}}, using="using='news'")

    assert names == {"MAILERS"}


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

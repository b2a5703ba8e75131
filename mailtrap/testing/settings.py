"""How applications are told where to send mail, in the words of their frameworks."""

import importlib.util
from typing import Any, Literal

from mailtrap.errors import UsageError
from mailtrap.faults.rules import nearest
from mailtrap.testing.authority import authority
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.options import Options

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

Kind = Literal["django", "flask", "fastapi-mail", "env"]
KINDS = ("django", "flask", "fastapi-mail", "env")
_DJANGO_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# EMAIL_BACKEND says nothing: runners of tests set it.
_DJANGO_BEFORE = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_USE_TLS", "EMAIL_USE_SSL")


def settings(catcher: Catcher, kind: str) -> dict[str, Any]:
    """The settings for that kind of application.  Raises UsageError."""
    makers = {"django": _django, "flask": _flask, "fastapi-mail": _fastapi, "env": environment}
    if kind not in makers:
        raise UsageError(f"there are no settings for {kind!r}; {nearest(kind, KINDS)}")
    return makers[kind](catcher)


def url(catcher: Catcher) -> str:
    """``smtp://127.0.0.1:41233``; ``smtps`` where TLS comes first."""
    host, port = catcher.address
    scheme = "smtps" if catcher.options.tls == "smtps" else "smtp"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def login(options: Options) -> tuple[str, str] | None:
    """A user that may log in, where there is one."""
    return next(iter(options.users.items()), None)


def environment(catcher: Catcher) -> dict[str, Any]:
    """Names that many applications read; values are text."""
    host, port = catcher.address
    found = {"SMTP_HOST": host, "SMTP_PORT": str(port), "SMTP_URL": url(catcher)}
    if user := login(catcher.options):
        found |= {"SMTP_USER": user[0], "SMTP_PASSWORD": user[1]}
    if catcher.options.tls is not None:
        found["SSL_CERT_FILE"] = str(authority().bundle)
    return found


def _django(catcher: Catcher) -> dict[str, Any]:
    """Those that the project has: MAILERS from Django 6.1 on, or the names before."""
    host, port = catcher.address
    user, password = login(catcher.options) or ("", "")
    starttls, smtps = (catcher.options.tls == kind for kind in ("starttls", "smtps"))
    if mailers := _mailers():
        options = {
            "host": host,
            "port": port,
            "username": user,
            "password": password,
            "use_tls": starttls,
            "use_ssl": smtps,
        }
        mailer = {"BACKEND": _DJANGO_BACKEND, "OPTIONS": options}
        return {"MAILERS": dict.fromkeys(mailers, mailer)}
    return {
        "EMAIL_BACKEND": _DJANGO_BACKEND,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": smtps,
    }


def _mailers() -> list[str]:
    """Names of the mailers of Django 6.1 and newer; none where the project goes without.

    Next to MAILERS the names before cannot even be read, so one that has them keeps them.
    """
    if importlib.util.find_spec("django") is None:
        return []
    if importlib.import_module("django").VERSION[:2] < (6, 1):
        return []
    settings = importlib.import_module("django.conf").settings
    if settings.configured and hasattr(settings, "MAILERS"):
        return list(dict.fromkeys(["default", *settings.MAILERS]))
    if settings.configured and any(map(settings.is_overridden, _DJANGO_BEFORE)):
        return []
    return ["default"]


def _flask(catcher: Catcher) -> dict[str, Any]:
    """For Flask-Mail and Flask-Mailman, which do not send in tests unless they are told to."""
    host, port = catcher.address
    user, password = login(catcher.options) or (None, None)
    return {
        "MAIL_SERVER": host,
        "MAIL_PORT": port,
        "MAIL_USERNAME": user,
        "MAIL_PASSWORD": password,
        "MAIL_USE_TLS": catcher.options.tls == "starttls",
        "MAIL_USE_SSL": catcher.options.tls == "smtps",
        "MAIL_SUPPRESS_SEND": False,
        "MAIL_BACKEND": "smtp",
    }


def _fastapi(catcher: Catcher) -> dict[str, Any]:
    """The arguments of fastapi-mail's ConnectionConfig; MAIL_FROM is the application's."""
    host, port = catcher.address
    user, password = login(catcher.options) or ("", "")
    return {
        "MAIL_SERVER": host,
        "MAIL_PORT": port,
        "MAIL_USERNAME": user,
        "MAIL_PASSWORD": password,
        "MAIL_FROM": "app@example.org",
        "MAIL_STARTTLS": catcher.options.tls == "starttls",
        "MAIL_SSL_TLS": catcher.options.tls == "smtps",
        "USE_CREDENTIALS": bool(user),
        "VALIDATE_CERTS": False,  # it takes no CA of ours; SSL_CERT_FILE would do
    }

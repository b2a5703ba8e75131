"""What options, environment and ini file of a run say about its server.  Knows pytest."""

import os
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from mailtrap.errors import UsageError
from mailtrap.testing.mail_trap import MailTrap
from mailtrap.testing.options import Options, made

_IN_INI = ("port", "host", "tls", "auth", "timeout")  # of the arguments of MailTrap
_PORT = re.compile(r"(\d{1,5})(\+?)")
_WORKER = re.compile(r"gw(\d+)")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("", "0", "false", "no", "off")


def setting(config: pytest.Config, name: str) -> str:
    """What is said of that name; "" for nothing."""
    option = config.getoption(f"mailtrap_{name}", None)
    # MAILTRAP_PORT and its like belong to the server that a person watches.
    variable = os.environ.get(f"MAILTRAP_TEST_{name.upper()}")
    return str(option or variable or config.getini(f"mailtrap_{name}"))


def arguments(config: pytest.Config) -> dict[str, Any]:
    """Arguments of MailTrap: options, then environment, then ini."""
    found: dict[str, Any] = {}
    if port := setting(config, "port"):
        found["port"] = _port(port)
    for name in ("host", "tls"):
        if value := setting(config, name):
            found[name] = value
    if auth := setting(config, "auth"):
        user, colon, password = auth.partition(":")
        if not colon:
            raise UsageError(f"mailtrap_auth = {auth!r} has no password; write user:password")
        found["auth"] = (user, password)
    if timeout := setting(config, "timeout"):
        found["timeout"] = _number("mailtrap_timeout", timeout)
    made(found)  # says what is wrong
    return found


def variables(config: pytest.Config, server: MailTrap) -> Iterator[tuple[str, str]]:
    """What ``mailtrap_env`` names, and the values.  Raises pytest.UsageError."""
    for line in config.getini("mailtrap_env"):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise pytest.UsageError(
                f"mailtrap_env: {line!r} sets nothing; write NAME=smtp://{{host}}:{{port}}"
            )
        yield name.strip(), _filled(value.strip(), server)


def started_otherwise(options: Options, wanted: Options) -> str:
    """What is to be done where ``mailtrap_settings`` comes too late."""
    names = [each.name for each in fields(Options)]
    names = [name for name in names if getattr(options, name) != getattr(wanted, name)]
    if set(names) <= set(_IN_INI):
        remedy = f"write {' and '.join(f'mailtrap_{name}' for name in names)} in the ini file"
    else:
        remedy = (
            "leave mailtrap_env out, and have a fixture set the environment as"
            ' mailtrap_server.settings("env") says'
        )
    return (
        f"mailtrap_settings asks for another {' and '.join(names)}, but mailtrap_env has had the"
        f" server started before conftest.py was read; {remedy}"
    )


def level_of(name: str, strict: object) -> Any:
    """The level at which a strict test fails; "" where it is not strict."""
    text = str(strict if strict is not None else "").lower()
    if text in ("error", "warning", "info"):
        return text
    if text in _TRUE or text in _FALSE:
        return "error" if text in _TRUE else ""
    raise UsageError(f"{name} = {strict!r} is neither true nor false nor error, warning, info")


def _port(text: str) -> int:
    found = _PORT.fullmatch(text.strip())
    if found is None or int(found[1]) > 65535:
        raise UsageError(f"mailtrap_port = {text!r} is no port; write 0, 1025 or 1025+")
    worker = _WORKER.fullmatch(os.environ.get("PYTEST_XDIST_WORKER", ""))
    return int(found[1]) + (int(worker[1]) if worker and found[2] else 0)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{name} = {text!r} is no number; write seconds, such as 5") from None


def _filled(text: str, server: MailTrap) -> str:
    try:
        return text.format(
            host=server.host, port=server.port, url=server.url, ca=_Late(server, "ca_path"),
            bundle=_Late(server, "bundle_path"),
        )  # fmt: skip
    except (KeyError, IndexError, ValueError) as error:
        raise pytest.UsageError(
            f"mailtrap_env: {text!r} cannot be filled in ({error!r}); there are {{host}}, {{port}},"
            " {url}, {ca} and {bundle}"
        ) from error


class _Late:
    """A path that is made when somebody writes it down."""

    def __init__(self, server: MailTrap, name: str) -> None:
        self._server, self._name = server, name

    def __format__(self, spec: str) -> str:
        return format(str(getattr(self._server, self._name)), spec)

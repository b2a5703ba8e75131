"""The names of aiosmtpd that are private and used all the same.

A release that renames one of them must fail here, with its name, and not in a session.
"""

import inspect

import pytest
from aiosmtpd.smtp import SMTP

from mailtrap.smtp.connection import Connection

OVERRIDDEN = {
    "_reset_timeout": ["self", "duration"],
    "_timeout_cb": ["self"],
}
READ = {"_timeout_duration", "_timeout_handle"}


@pytest.mark.parametrize(("name", "parameters"), OVERRIDDEN.items())
def test_a_private_method_that_is_overridden_exists_with_that_signature(
    name: str, parameters: list[str]
) -> None:
    assert list(inspect.signature(getattr(SMTP, name)).parameters) == parameters
    assert name in vars(Connection)


def test_the_constructor_sets_the_attributes_that_are_read() -> None:
    source = inspect.getsource(SMTP.__init__)

    assert "self._timeout_duration = timeout" in source
    assert "self._timeout_handle:" in source
    assert "self.transport:" in source
    assert "self.loop = loop" in source


def test_nothing_private_is_used_beyond_what_is_named_here() -> None:
    source = inspect.getsource(Connection)
    theirs = {
        name
        for name in [*vars(SMTP), *inspect.getsource(SMTP.__init__).split("self.")]
        for name in [name.split(" ")[0].split("(")[0].split(":")[0]]
        if name.startswith("_") and not name.startswith("__")
    }

    used = {name for name in theirs if f"self.{name}" in source or f'"{name}"' in source}

    assert used <= {*OVERRIDDEN, *READ}

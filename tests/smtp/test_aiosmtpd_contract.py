"""The names of aiosmtpd and asyncio that are private and used all the same.

A release that renames one of them must fail here, with its name, and not in a session.
"""

import asyncio
import inspect

import pytest
from aiosmtpd.smtp import SMTP

from mailtrap.smtp.connection import Connection

OVERRIDDEN = {
    "_handle_client": ["self"],
    "_reset_timeout": ["self", "duration"],
    "_timeout_cb": ["self"],
}


@pytest.mark.parametrize(("name", "parameters"), OVERRIDDEN.items())
def test_a_private_method_that_is_overridden_exists_with_that_signature(
    name: str, parameters: list[str]
) -> None:
    assert list(inspect.signature(getattr(SMTP, name)).parameters) == parameters
    assert name in vars(Connection)


def test_the_session_is_started_as_a_task_by_connection_made() -> None:
    source = inspect.getsource(SMTP.connection_made)

    assert "self._handler_coroutine = self.loop.create_task(" in source
    assert "self._handle_client()" in source
    assert "self._reset_timeout()" in source


def test_the_constructor_sets_the_attributes_that_are_read() -> None:
    source = inspect.getsource(SMTP.__init__)

    assert "self._timeout_duration = timeout" in source
    assert "self._timeout_handle:" in source


def test_the_constructor_finds_its_methods_through_dir() -> None:
    source = inspect.getsource(SMTP.__init__)

    assert "for m in dir(self)" in source
    assert "for m in dir(handler)" in source
    assert "inspect.getmembers(obj)" in source


def test_the_reader_and_the_writer_are_kept_under_the_names_that_are_dropped() -> None:
    source = inspect.getsource(SMTP._cb_client_connected)

    assert "self._reader = reader" in source
    assert "self._writer = writer" in source
    assert "_client_connected_cb" in inspect.getsource(asyncio.StreamReaderProtocol.__init__)


def test_nothing_private_is_used_beyond_what_is_named_here() -> None:
    named = {*OVERRIDDEN, "_handler_coroutine", "_timeout_duration", "_timeout_handle"}
    named |= {"_reader", "_writer", "_client_connected_cb"}
    source = inspect.getsource(Connection)
    theirs = {
        name
        for name in [*vars(SMTP), *inspect.getsource(SMTP.__init__).split("self.")]
        for name in [name.split(" ")[0].split("(")[0].split(":")[0]]
        if name.startswith("_") and not name.startswith("__")
    }

    used = {name for name in theirs if f"self.{name}" in source or f'"{name}"' in source}

    assert used <= named

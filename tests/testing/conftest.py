"""A catcher for the tests of the catcher, without the plugin under test."""

from collections.abc import Iterator

import pytest

from mailtrap.testing import MailTrap


@pytest.fixture
def trap() -> Iterator[MailTrap]:
    with MailTrap(timeout=0.05) as running:
        yield running

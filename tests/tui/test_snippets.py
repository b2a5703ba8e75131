"""Snippets: how to point an application here."""

import pytest

from mailtrap.tui.snippets import filled, shown_address


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

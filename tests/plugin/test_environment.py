"""What ``mailtrap_env`` sets before conftest.py is read."""

import pytest

from tests.plugin.conftest import Run

SETTINGS = """
    import pytest

    @pytest.fixture(scope="session")
    def mailtrap_settings(mailtrap_settings):
        return {{**mailtrap_settings, {wanted}}}
"""


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (
            "'auth': ('ann', 'secret'), 'timeout': 9",
            (
                "mailtrap_settings asks for another auth and timeout, but mailtrap_env"
                " has had the server started before conftest.py was read; write mailtrap_auth and"
                " mailtrap_timeout in the ini file"
            ),
        ),
        (
            "'require_auth': True",
            (
                "mailtrap_settings asks for another require_auth, but *; leave"
                " mailtrap_env out, and have a fixture set the environment as"
                ' mailtrap_server.settings("env") says'
            ),
        ),
    ],
)
def test_settings_that_come_after_the_server_was_started_are_told(
    run: Run, pytester: pytest.Pytester, wanted: str, sentence: str
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")
    pytester.makeconftest(SETTINGS.format(wanted=wanted))

    result = run("""
        def test_it(mailtrap): pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    assert "secret'" not in str(result.stdout)


def test_settings_that_change_nothing_are_as_good_as_none(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}\nmailtrap_timeout = 9")
    pytester.makeconftest(SETTINGS.format(wanted="'port': 0, 'timeout': 9.0"))

    result = run("""
        import os

        def test_it(mailtrap):
            assert os.environ["APP_PORT"] == str(mailtrap.port)
    """)

    result.assert_outcomes(passed=1)

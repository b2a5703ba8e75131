"""What a marker changes of the server of a test."""

import pytest

from tests.plugin.conftest import Run


def test_a_time_to_wait_leaves_a_test_the_server_of_the_session(run: Run) -> None:
    result = run("""
        @pytest.mark.mailtrap(timeout=0.015)
        def test_short(mailtrap, mailtrap_server):
            assert mailtrap.port == mailtrap_server.port
            mailtrap.wait_for(subject="Reset")

        @pytest.mark.mailtrap(timeout=0.025, isolation="view")
        def test_expected(mailtrap):
            with mailtrap.expect(subject="Reset"): pass

        def test_as_usual(mailtrap, mailtrap_server):
            assert mailtrap._timeout == mailtrap_server._timeout == 5

        @pytest.mark.mailtrap(timeout="long")
        def test_wrong(mailtrap): pass
    """)

    result.assert_outcomes(passed=1, failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "timeout = 'long' is no time; give seconds, such as 5 or 0.5",
            "*waited 0.015 s for a message*",
            "*waited 0.025 s for a message*",
        ]
    )


ELSEWHERE = """
    import os

    class Application:
        host = "127.0.0.1"
        port = property(lambda self: int(os.environ["APP_PORT"]))

    application = Application()

    @pytest.mark.mailtrap({marker})
    def test_it(mailtrap):
        send(application, "Sent elsewhere")
        assert mailtrap.count == 1

    def test_after(mailtrap):
        send(application, "Not to be seen")
        assert mailtrap.count == 1
        assert False
"""


@pytest.mark.parametrize(
    ("marker", "why"),
    [
        ("tls='starttls', max_size=9, timeout=1", "tls=..., max_size=..."),
        ("isolation='server'", "isolation=..."),
    ],
)
def test_a_test_with_a_server_of_its_own_is_told_what_went_to_the_other(
    run: Run, pytester: pytest.Pytester, marker: str, why: str
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")

    result = run(ELSEWHERE.format(marker=marker))

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*- mailtrap: SMTP transcript of smtp://127.0.0.1:* -*",
            (
                "this test has a server of its own, smtp://127.0.0.1:*,"
                f" for @pytest.mark.mailtrap({why}); this went to that of the session:"
            ),
            "",
            "session * closed after QUIT",
            "*C: mail [Ff][Rr][Oo][Mm]:<ann@example.org>*",
            "*_ test_after _*",
        ]
    )
    assert str(result.stdout).count("server of its own") == 1


def test_what_went_to_the_other_server_need_not_be_right(run: Run) -> None:
    result = run("""
        @pytest.mark.mailtrap(isolation="server", strict=True)
        def test_it(mailtrap, mailtrap_server):
            with connect(mailtrap_server) as client:
                client.docmd("NONSENSE")
    """)

    result.assert_outcomes(passed=1)


def test_a_strictness_that_cannot_be_fails_the_tests_that_use_mail_alone(run: Run) -> None:
    result = run(
        """
        def test_before(): pass

        def test_mail(mailtrap): pass

        def test_servers(mailtrap_factory):
            mailtrap_factory()

        @pytest.mark.mailtrap(strict=False)
        def test_that_says_better(mailtrap): pass

        def test_after(): pass
        """,
        "-omailtrap_strict=blah",
    )

    result.assert_outcomes(passed=3, failed=1, errors=1)
    sentence = "mailtrap_strict = 'blah' is neither true nor false nor error, warning, info"
    assert result.stdout.lines.count(sentence) == 2
    result.stdout.no_fnmatch_line("*fixtures.py*")

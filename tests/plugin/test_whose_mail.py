"""Which test mail belongs to, and which is of no test."""

import pytest

from tests.plugin.conftest import LATE, Run


def test_mail_over_a_pooled_connection_belongs_to_the_test_of_its_mail_command(run: Run) -> None:
    result = run("""
        @pytest.fixture(scope="session")
        def pool(mailtrap_server):
            with connect(mailtrap_server) as client:
                yield client

        @pytest.mark.parametrize("subject", ["one", "two", "three"])
        def test_it(mailtrap, pool, subject):
            send(mailtrap, subject, client=pool)
            assert mailtrap.one().subject == subject
            assert mailtrap.transcript().lower().count("mail from") == 1
    """)

    result.assert_outcomes(passed=3)


def test_late_mail_is_reported_under_the_test_that_sent_it(run: Run) -> None:
    result = run(LATE, "-Wdefault")

    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.re_match_lines(
        [
            r"test_it.py::test_that_begins$",
            (
                r".*MailtrapWarning: 'Late' to bob@example.org came when this test was over; wait"
                r" for it in the test: mailtrap.wait_for\(...\), unless a fixture sent it that"
                r" ends later$"
            ),
        ],
        consecutive=True,
    )


def test_late_mail_of_the_last_test_is_reported_too(run: Run) -> None:
    result = run(
        """
        @pytest.fixture(scope="session")
        def slow(mailtrap_server):
            clients = []
            yield clients
            clients[0].data(MESSAGE.format(subject="Late", to="bob@example.org").encode())
            clients[0].quit()

        def test_that_begins(slow, mailtrap):
            client = connect(mailtrap)
            client.ehlo(); client.mail("ann@example.org"); client.rcpt("bob@example.org")
            slow.append(client)
        """,
        "-Wdefault",
    )

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["test_it.py::test_that_begins", "*MailtrapWarning: 'Late' to*"])


def test_mail_of_fixtures_that_outlive_a_test_is_of_no_test(run: Run) -> None:
    result = run(
        """
        def test_before(mailtrap):
            send(mailtrap)

        @pytest.fixture(scope="module")
        def seeded(mailtrap_server):
            send(mailtrap_server, "from the module")
            return mailtrap_server

        def test_that_needs_it(seeded):
            assert seeded.one(subject="from the module")

        def test_that_needs_both(seeded, mailtrap):
            assert mailtrap.count == 0

        def test_that_still_needs_it(seeded):
            assert seeded.one(subject="from the module")
        """,
        "-Wdefault",
    )

    result.assert_outcomes(passed=4, warnings=0)


def test_mail_of_a_test_without_the_fixture_is_not_that_of_the_test_before(run: Run) -> None:
    result = run(
        """
        def test_before(mailtrap):
            send(mailtrap)

        def test_without(mailtrap_server):
            send(mailtrap_server, "of the server")

        def test_after(mailtrap, mailtrap_server):
            assert mailtrap.count == 0
            assert mailtrap_server.one(subject="of the server")
        """,
        "-Wdefault",
    )

    result.assert_outcomes(passed=3, warnings=0)


def test_mail_at_the_end_of_a_class_may_be_that_of_its_last_test_or_of_a_fixture(run: Run) -> None:
    result = run(
        """
        @pytest.fixture(scope="class")
        def account(mailtrap_server):
            yield
            send(mailtrap_server, "Closed")

        @pytest.mark.usefixtures("account")
        class TestIt:
            def test_one(self, mailtrap): pass
            def test_two(self, mailtrap): pass

        def test_after(mailtrap):
            assert mailtrap.count == 0
        """,
        "-Wdefault",
    )

    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(
        ["test_it.py::TestIt::test_two", "*'Closed' to bob@* unless a fixture sent it that ends*"]
    )


def test_a_view_of_a_class_goes_on_after_a_test_that_has_one_of_its_own(run: Run) -> None:
    result = run("""
        @pytest.fixture(scope="class")
        def view(mailtrap_server):
            view = mailtrap_server.view("class")
            yield view
            view.stop()

        class TestIt:
            def test_one(self, view):
                send(view, "one")

            def test_two(self, view, mailtrap):
                send(mailtrap, "two")
                assert mailtrap.messages.subjects == ["two"]

            def test_three(self, view):
                send(view, "three")
                assert view.messages.subjects == ["one", "three"]
    """)

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    "arguments", [("-Wignore",), ("-Wignore::UserWarning",), ("-pno:warnings",)], ids=" ".join
)
def test_the_warning_can_be_silenced(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(LATE, *arguments)

    result.assert_outcomes(passed=2, warnings=0)
    result.stdout.no_fnmatch_line("*MailtrapWarning*")


def test_where_warnings_are_errors_no_other_test_fails_for_it(run: Run) -> None:
    result = run(LATE, "-Werror")

    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["test_it.py::test_that_begins", "*MailtrapWarning: 'Late' to*"])

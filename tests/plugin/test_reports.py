"""What is left of a test that failed: its report, and files."""

import re
from pathlib import Path

import pytest

from tests.plugin.conftest import Run

FAILING = """
    def test_count(mailtrap):
        send(mailtrap, "one")
        send(mailtrap, "two", to="carl@example.org")
        assert mailtrap.count == 1

    def test_passes(mailtrap):
        send(mailtrap, "not to be seen")
"""


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["alone", "xdist"])
def test_a_failure_says_which_mail_there_is_and_what_was_said(
    run: Run, arguments: tuple[str, ...]
) -> None:
    result = run(FAILING, *arguments, plugins=("xdist",))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * assert 2 == 1",
            "E * the messages are:",
            "E *   1. 'one' to bob@example.org",
            "E *   2. 'two' to carl@example.org",
            "*- mailtrap: SMTP transcript -*",
            "session * from 127.0.0.1:*, closed after QUIT",
            "*S: 250-mailtrap.localhost (and * lines more)",
            "*C: mail [Ff]*:<ann@example.org> size=*",
        ]
    )
    assert "not to be seen" not in str(result.stdout)


@pytest.mark.parametrize(
    ("assertion", "lines"),
    [
        ("mailtrap.count > 3", ["E *assert 1 > 3", "E *the messages are:", "E *1. 'one' to bob@*"]),
        ("2 == mailtrap.count", ["E *assert 2 == 1", "E *the messages are:"]),
    ],
)
def test_every_comparison_of_a_count_is_explained(
    run: Run, assertion: str, lines: list[str]
) -> None:
    result = run(f"""
        def test_it(mailtrap):
            send(mailtrap, "one")
            assert {assertion}
    """)

    result.stdout.fnmatch_lines(lines)


def test_a_count_of_none_is_explained(run: Run) -> None:
    result = run("def test_it(mailtrap): assert mailtrap.count == 1")

    result.stdout.fnmatch_lines(["E *assert 0 == 1", "E *no message has come"])


def test_other_comparisons_are_left_alone(run: Run) -> None:
    result = run("""
        def test_it(mailtrap):
            send(mailtrap, "one")
            assert [1, 2] == [1, 3]
    """)

    result.stdout.fnmatch_lines(["E *At index 1 diff: 2 != 3"])


def test_passwords_are_in_no_report(run: Run) -> None:
    result = run("""
        def test_it(mailtrap):
            with connect(mailtrap) as client:
                client.login("ann", "-".join(["se", "cret"]))
            assert mailtrap.count == 1
    """)

    result.stdout.fnmatch_lines(["*C: AUTH PLAIN ********", "*authenticated: ann, by PLAIN"])
    assert "AGFubgBzZS1jcmV0" not in str(result.stdout)


def test_a_test_without_a_connection_has_no_section(run: Run) -> None:
    result = run("def test_it(mailtrap): assert mailtrap.count == 1")

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*SMTP transcript*")


def test_a_fixture_that_fails_after_mail_was_sent_has_the_section(run: Run) -> None:
    result = run("""
        @pytest.fixture
        def signed_up(mailtrap):
            send(mailtrap)
            raise LookupError("no such user")

        def test_it(signed_up):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*LookupError: no such user*", "*SMTP transcript*"])


def test_a_fixture_that_fails_at_its_end_has_the_section_and_the_files(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(
        """
        @pytest.fixture
        def outer():
            yield
            assert False, "at the end of all"

        def test_of_a_view(outer, mailtrap):
            send(mailtrap)

        @pytest.mark.mailtrap(isolation="server")
        def test_of_a_server(outer, mailtrap):
            send(mailtrap)

        def test_of_a_factory(outer, mailtrap_factory):
            send(mailtrap_factory())
        """,
        "--mailtrap-artifacts=mails",
    )

    result.assert_outcomes(passed=3, errors=3)
    assert str(result.stdout).count("- mailtrap: SMTP transcript") == 3
    assert str(result.stdout).count(" C: mail ") == 3
    assert len(list((pytester.path / "mails").glob("*/1.eml"))) == 3


def test_mail_is_not_kept_once_all_is_told_of_its_test(run: Run) -> None:
    result = run("""
        import gc, weakref

        @pytest.fixture(scope="module")
        def seen():
            return []

        def test_it(mailtrap, seen):
            send(mailtrap)
            seen.append(weakref.ref(mailtrap))

        def test_after(seen):
            gc.collect()
            assert seen[0]() is None
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["alone", "xdist"])
def test_mail_and_transcript_of_what_failed_are_written_down(
    run: Run, pytester: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    run(FAILING, "--mailtrap-artifacts=mails", *arguments, plugins=("xdist",))

    [directory] = (pytester.path / "mails").iterdir()
    assert directory.name == "test_it.py-test_count"
    assert sorted(path.name for path in directory.iterdir()) == ["1.eml", "2.eml", "transcript.txt"]
    assert b"Subject: two\r\n" in (directory / "2.eml").read_bytes()
    assert "250-PIPELINING" in (directory / "transcript.txt").read_text()


def test_what_a_run_before_has_written_is_replaced_and_nothing_else(
    run: Run, pytester: pytest.Pytester
) -> None:
    failing = """
        def test_it(mailtrap, mailtrap_factory):
            for number in range({count}):
                send(mailtrap_factory() if number else mailtrap, "number " + str(number))
                send(mailtrap, "another")
            assert False
    """
    directory = pytester.path / "mails" / "test_it.py-test_it"

    run(failing.format(count=3), "--mailtrap-artifacts=mails")
    before = {path.relative_to(directory).as_posix() for path in directory.rglob("*.*")}
    (directory / "notes.eml").touch()
    run(failing.format(count=1), "--mailtrap-artifacts=mails")

    after = {path.relative_to(directory).as_posix() for path in directory.rglob("*.*")}
    assert {"4.eml", "1/1.eml", "2/transcript.txt"} < before
    assert after == {"1.eml", "2.eml", "transcript.txt", "notes.eml"}


@pytest.mark.parametrize("place", ["a-file", "a-file/below"])
def test_artifacts_that_cannot_be_written_end_no_run(
    run: Run, pytester: pytest.Pytester, place: str
) -> None:
    (pytester.path / "a-file").touch()

    result = run(FAILING, f"--mailtrap-artifacts={place}")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- mailtrap: artifacts -*",
            f"mail and transcript cannot be written to */{place}/test_it.py-test_count: Not a dir*",
        ]
    )


def test_tests_whose_names_no_file_can_have_are_written_down(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nmailtrap_artifacts = mails")

    run("""
        @pytest.mark.parametrize("text", ["../../up", "a/b:c*?", "x" * 300, "ü", "ä"])
        def test_it(mailtrap, text):
            assert mailtrap.count == 1
    """)

    names = [path.name for path in (pytester.path / "mails").iterdir()]
    assert len(names) == 5
    assert all(name.isascii() and len(name) < 120 for name in names)
    assert not (pytester.path.parent / "up").exists()
    written = list(Path(pytester.path).rglob("transcript.txt"))
    assert len(written) == 5


def test_mistakes_of_a_test_are_shown_in_the_test_alone(run: Run) -> None:
    calls = (
        'mailtrap.wait_for(subjct="x")',
        "mailtrap.find(subject=3)",
        'mailtrap.wait_for(timeout="x")',
        "mailtrap.expect(count=-1)",
        'mailtrap.reply("RCTP", 550)',
        'mailtrap.settings("djang")',
        "MailTrap(port=-1)",
        "MailTrap().wait_for()",
        'mailtrap_factory(tsl="starttls")',
        "mailtrap.wait_for(where=wrong)",
        "mailtrap.find(where=wrong)",
    )
    tests = (
        f"def test_{number}(mailtrap, mailtrap_factory):\n    send(mailtrap)\n    {call}\n"
        for number, call in enumerate(calls)
    )
    before = """
from mailtrap.testing import MailTrap

def wrong(message):
    return message.subject + 1

"""

    result = run(before + "\n".join(tests), "--tb=short")

    result.assert_outcomes(failed=len(calls))
    shown = [line for line in result.stdout.lines if re.match(r"\S+:\d+: in ", line)]
    assert len([line for line in shown if line.startswith("test_it.py:")]) == len(calls) + 2
    # The rules for faults know no tests.
    assert [line for line in shown if "mailtrap/testing" in line] == []

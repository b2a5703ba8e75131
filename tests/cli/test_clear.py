"""``mailtrap clear``: what is removed, what is told, what stays."""

import json
from pathlib import Path

import pytest

from mailtrap.cli import main
from tests.cli.conftest import Out
from tests.cli.maildirs import server


def left(maildir: Path) -> list[str]:
    files = [*(maildir / "new").iterdir(), *(maildir / "cur").iterdir()]
    return sorted(path.name.partition("_")[2].partition(".")[0] for path in files)


def test_what_matches_is_removed_with_its_sidecar_and_listed(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clear", "from:ann", "OR", "is:read"]) == 0

    heard = capsys.readouterr()
    assert [line.split()[0] for line in heard.out.splitlines()] == ["p-1-1", "p-2-1"]
    assert heard.err == "mailtrap: 2 messages removed\n"
    assert left(maildir) == ["p-3-1", "p-4-1"]
    assert sorted(x.stem for x in (maildir / "mailtrap/messages").iterdir()) == ["p-3-1", "p-4-1"]
    assert len(list((maildir / "mailtrap/sessions").iterdir())) == 4


def test_json_is_one_array_of_what_was_removed(maildir: Path, out: Out) -> None:
    assert main(["clear", "from:ann", "--json"]) == 0

    [removed] = json.loads(out())
    assert (removed["id"], removed["subject"]) == ("p-1-1", "Your code")
    assert "p-1-1" not in left(maildir)


def test_a_dry_run_removes_nothing(maildir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clear", "--all", "--dry-run"]) == 0

    heard = capsys.readouterr()
    assert len(heard.out.splitlines()) == 4
    assert heard.err == "mailtrap: 4 messages would be removed\n"
    assert len(left(maildir)) == 4


def test_all_takes_the_transcripts_of_ended_sessions_along_and_works_twice(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clear", "--all"]) == 0
    assert capsys.readouterr().err == "mailtrap: 4 messages, 4 transcripts removed\n"
    assert left(maildir) == []
    assert not list((maildir / "mailtrap/sessions").iterdir())

    assert main(["clear", "--all", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_the_transcript_of_a_session_that_is_open_stays(tmp_path: Path) -> None:
    from mailtrap.session import Peer
    from tests.cli.maildirs import BEGIN

    with server(tmp_path / "mails") as running:
        running.trap.open(Peer("127.0.0.1", 1), Peer("127.0.0.1", 2), BEGIN)
        logs = tmp_path / "mails/mailtrap/sessions"
        # The ids of this trap do not begin with what its store has claimed.
        [log] = logs.iterdir()
        log.rename(logs / f"{running.store.prefix}-1.jsonl")

        assert main(["clear", "--all", "--maildir", str(tmp_path / "mails")]) == 0
        assert [each.stem for each in logs.iterdir()] == [f"{running.store.prefix}-1"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "which messages? give a filter, or --all"),
        (["--all", "from:ann"], "which messages? a filter and --all exclude each other"),
    ],
)
def test_nothing_is_removed_without_being_named(
    words: list[str], sentence: str, maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clear", *words]) == 2
    assert capsys.readouterr().err == f"mailtrap: {sentence}\n"
    assert len(left(maildir)) == 4


def test_nothing_matched_is_exit_1(maildir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clear", "from:zed"]) == 1
    assert capsys.readouterr().err == "mailtrap: nothing matches 'from:zed', of 4 messages\n"
    assert len(left(maildir)) == 4

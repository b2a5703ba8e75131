"""``mailtrap export``: every format is read back by others, octet for octet."""

import json
import mailbox
import os
import re
import subprocess
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrap.cli import main
from mailtrap.stores.index import Index
from tests.cli.conftest import Out
from tests.cli.maildirs import BEGIN, CODE, EVIL, INVOICE, MAILS, server
from tests.cli.test_serve import MAILTRAP

FROM_LINES = b"From a\n>From b\n>>From c\r\nFrom d\r\n\r\nFrom \n"


def unquoted(octets: bytes) -> bytes:
    """What mboxrd has quoted, undone."""
    return re.sub(rb"^>(>*From )", rb"\1", octets, flags=re.MULTILINE)


def of_mbox(path: Path) -> Iterator[bytes]:
    box = mailbox.mbox(path)
    yield from (unquoted(box.get_bytes(key)) for key in box.iterkeys())
    box.close()


def octets_of(keys: dict[str, str]) -> bytes:
    return keys["raw"].encode() if "raw" in keys else b64decode(keys["raw_base64"])


@pytest.mark.usefixtures("maildir")
def test_eml_is_a_file_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path / "out")]) == 0

    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert files == {f"p-{n}-1.eml": data for n, data in enumerate(MAILS, 1)}
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err == f"mailtrap: 4 messages written to '{tmp_path / 'out'}'\n"


@pytest.mark.usefixtures("maildir")
def test_mbox_is_read_by_the_standard_library(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path / "out.mbox")]) == 0

    assert list(of_mbox(tmp_path / "out.mbox")) == list(MAILS)
    begin = (tmp_path / "out.mbox").read_bytes().splitlines()[0]
    assert begin == b"From a@example.org Fri May 31 12:01:00 2024"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    st.lists(
        st.lists(st.sampled_from([b"From ", b">", b"\n", b"\r\n", b"x", b"\xff", b"\r"])),
        min_size=1,
        max_size=3,
    )
)
def test_mbox_keeps_any_octets_that_end_a_line(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[list[bytes]]
) -> None:
    path = tmp_path_factory.mktemp("box")
    mails = [b"".join([b"Subject: x\r\n\r\n", *each, b"\r\n"]) for each in pieces]
    with server(path / "mails") as running:
        for data in mails:
            running.take(data)

    assert main(["export", "--maildir", str(path / "mails"), str(path / "out.mbox")]) == 0
    assert list(of_mbox(path / "out.mbox")) == mails


@pytest.mark.parametrize(
    ("sender", "begins"),
    [
        (b"<>", b"From MAILER-DAEMON Fri May 31"),
        (b'<"a b"@example.org>', b'From "ab"@example.org Fri May 31'),
        (b"<\xff@example.org>", b"From \xff@example.org Fri May 31"),
    ],
)
def test_the_line_before_a_message_of_an_mbox_is_one_word_and_a_time(
    sender: bytes, begins: bytes, tmp_path: Path
) -> None:
    with server(tmp_path / "mails") as running:
        running.take(sender=sender)

    main(["export", "--maildir", str(tmp_path / "mails"), str(tmp_path / "out.mbox")])
    assert (tmp_path / "out.mbox").read_bytes().startswith(begins)


@pytest.mark.usefixtures("maildir")
def test_zip_holds_a_file_for_each(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path / "out.zip")]) == 0

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert [archive.read(name) for name in archive.namelist()] == list(MAILS)
        assert archive.infolist()[0].date_time == (2024, 5, 31, 12, 1, 0)
        assert archive.testzip() is None


@pytest.mark.usefixtures("maildir")
def test_json_has_the_octets_as_text_or_in_base64(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path / "out.json")]) == 0

    found = json.loads((tmp_path / "out.json").read_text())
    assert [octets_of(each) for each in found] == list(MAILS)
    assert ["raw" in each for each in found] == [True, True, False, True]
    assert found[0]["codes"] == ["482913"]


@pytest.mark.usefixtures("maildir")
def test_maildir_is_one_for_others_and_for_mailtrap(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path / "out"), "--format", "maildir"]) == 0

    box = mailbox.Maildir(tmp_path / "out", create=False)
    assert sorted(box.get_bytes(key) for key in box.iterkeys()) == sorted(MAILS)
    index = Index(tmp_path / "out")
    index.look()
    assert [(each.id, each.data) for each in index] == [
        (f"p-{n}-1", data) for n, data in enumerate(MAILS, 1)
    ]
    assert [each.id for each in index if each.is_read] == ["p-2-1"]
    assert not list((tmp_path / "out/tmp").iterdir())


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize("form", ["eml", "mbox", "json", "zip"])
def test_stdout_takes_what_is_one_file(form: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*MAILTRAP, "export", "-", "--format", form, "from:ann"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    path = tmp_path / "out"
    path.write_bytes(done.stdout)

    match form:
        case "eml":
            assert done.stdout == CODE
        case "mbox":
            assert list(of_mbox(path)) == [CODE]
        case "json":
            assert octets_of(json.loads(done.stdout)[0]) == CODE
        case "zip":
            with zipfile.ZipFile(path) as archive:
                assert archive.read("p-1-1.eml") == CODE


@pytest.mark.usefixtures("maildir")
def test_filters_and_limits_say_which(tmp_path: Path) -> None:
    main(["export", str(tmp_path / "one.eml"), "has:attachment"])
    main(["export", str(tmp_path / "newest"), "--limit", "2"])

    assert (tmp_path / "one.eml").read_bytes() == INVOICE
    assert sorted(x.name for x in (tmp_path / "newest").iterdir()) == ["p-3-1.eml", "p-4-1.eml"]


@pytest.mark.usefixtures("maildir")
def test_nothing_matched_writes_nothing_and_is_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path / "out.mbox"), "from:zed"]) == 1

    assert not (tmp_path / "out.mbox").exists()
    assert capsys.readouterr().err == "mailtrap: nothing matches 'from:zed', of 4 messages\n"


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("name", "form"), [("out.mbox", "mbox"), ("out", "eml"), ("box", "maildir"), ("o.zip", "zip")]
)
def test_what_is_there_is_overwritten_with_force_alone(
    name: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", str(tmp_path / name), "--format", form]
    assert main(words) == 0
    first = contents(tmp_path / name)
    capsys.readouterr()

    assert main(words) == 2
    assert "there already; --force overwrites" in capsys.readouterr().err
    assert main([*words, "--force"]) == 0
    assert contents(tmp_path / name) == first


def contents(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return {str(each): each.read_bytes() for each in files}


@pytest.mark.usefixtures("maildir")
def test_where_one_file_is_there_no_other_is_written(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/p-3-1.eml").write_bytes(b"mine")

    assert main(["export", str(tmp_path / "out")]) == 2
    assert contents(tmp_path / "out") == {str(tmp_path / "out/p-3-1.eml"): b"mine"}


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "where to? give a directory, a file, or - for stdout"),
        (["all.eml"], 2, "4 messages are too many for one file; name a directory,"),
        (["-", "--format", "eml"], 2, "4 messages are too many for one file;"),
        (["-", "--format", "maildir"], 2, "a maildir is a directory, stdout cannot be one"),
        (["x", "--format", "pst"], 2, "argument --format: invalid choice: 'pst'"),
        ([".", "--format", "mbox"], 2, "'.' is a directory; name a file in it"),
        (["no/such/out.mbox"], 74, "cannot write 'no/such/out.mbox': No such file or directory"),
        (["file/out"], 74, "cannot write 'file/out': Not a directory"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_told(
    words: list[str],
    code: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()

    assert main(["export", *words]) == code
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith(f"mailtrap: {sentence}")
    assert len(heard.err.splitlines()) == 1


def test_names_of_strangers_files_become_safe_names(maildir: Path, tmp_path: Path) -> None:
    strange = ["..x", "a b\n;rm", "A b\n;rm", "é" * 100, "x" * 200]
    for name in strange:
        (maildir / "cur" / f"1{name}").write_bytes(name.encode())

    main(["export", str(tmp_path / "out"), "-id:p"])
    files = {path.name: path.read_bytes().decode() for path in (tmp_path / "out").iterdir()}
    assert sorted(files.values()) == sorted(strange)
    assert all(re.fullmatch(r"[\w+,=@-][\w.+,=@-]*\.eml", name, re.ASCII) for name in files)
    assert len({name.lower() for name in files}) == len(strange)
    assert max(map(len, files)) <= 130


def test_from_lines_within_a_message_are_quoted_so_that_it_can_be_undone(tmp_path: Path) -> None:
    with server(tmp_path / "mails") as running:
        running.take(FROM_LINES, at=BEGIN)
        running.take(EVIL)

    main(["export", "--maildir", str(tmp_path / "mails"), str(tmp_path / "out.mbox")])
    assert list(of_mbox(tmp_path / "out.mbox")) == [FROM_LINES, EVIL]


@pytest.mark.usefixtures("maildir")
def test_a_format_is_taken_from_the_name(tmp_path: Path, out: Out) -> None:
    for name in ("a.MBOX", "a.zip", "a.json", "directory.d"):
        main(["export", str(tmp_path / name)])

    assert (tmp_path / "a.MBOX").read_bytes().startswith(b"From a@example.org ")
    assert zipfile.is_zipfile(tmp_path / "a.zip")
    assert (tmp_path / "a.json").read_bytes().startswith(b"[\n{")
    assert (tmp_path / "directory.d").is_dir()
    assert out() == ""


def test_into_the_maildir_they_come_from_messages_stay_what_they_are(maildir: Path) -> None:
    assert main(["export", "--force", "--format", "maildir", str(maildir)]) == 0

    index = Index(maildir)
    index.look()
    assert [message.data for message in index] == list(MAILS)
    assert [message.is_read for message in index] == [False, True, False, False]


@pytest.mark.usefixtures("maildir")
def test_what_others_are_writing_into_a_maildir_stays_as_it_is(tmp_path: Path) -> None:
    assert main(["export", "--format", "maildir", str(tmp_path / "out")]) == 0
    [*names] = (path.name.partition(":")[0] for path in (tmp_path / "out").glob("*/*"))
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    for name in names:
        (tmp_path / "out" / "tmp" / name).symlink_to(theirs)

    assert main(["export", "--force", "--format", "maildir", str(tmp_path / "out")]) == 0

    assert theirs.read_bytes() == b"theirs"


def test_mail_of_any_year_goes_into_a_zip(maildir: Path, tmp_path: Path) -> None:
    (maildir / "new" / "9999999999.M1P1.host").write_bytes(b"from 2286")

    assert main(["export", str(tmp_path / "out.zip"), "id:9999999999"]) == 0

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert [archive.read(each) for each in archive.namelist()] == [b"from 2286"]


@pytest.mark.parametrize("to", ["out", "out.mbox", "out.zip", "out.json", "out.eml"])
def test_a_message_that_cannot_be_read_is_no_empty_file(
    maildir: Path, tmp_path: Path, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (maildir / "new" / "1.huge").touch()
    os.truncate(maildir / "new" / "1.huge", 2**42)

    assert main(["export", str(tmp_path / to), "id:1.huge"]) == 74

    assert capsys.readouterr().err == "mailtrap: cannot read the message 1.huge\n"
    assert not [path for path in tmp_path.rglob("out*") if path.is_file()]


@pytest.mark.usefixtures("maildir")
def test_a_device_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.mbox")

    assert main(["export", "--force", str(tmp_path / "pipe.mbox")]) == 2

    assert (tmp_path / "pipe.mbox").is_fifo()
    assert "is no regular file; '-' is stdout" in capsys.readouterr().err

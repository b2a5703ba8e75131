import os
import socket
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap.envelope import Envelope
from mailtrap.message import Message
from mailtrap.stores.filed import FiledMessage
from mailtrap.stores.filing import unique_name
from mailtrap.stores.index import Changes, Index, Place
from mailtrap.stores.maildir import MaildirStore
from tests.dialogues import START
from tests.stores.privileges import unprivileged


def maildir(path: Path) -> Path:
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir()
    return path


def put(path: Path, number: int, data: bytes = b"hi\r\n", folder: str = "new") -> str:
    """A message of ours; the name of its file."""
    message = Message(f"abcdef-1-{number}", "abcdef-1", Envelope(), data, START)
    name = unique_name(message) + (":2," if folder == "cur" else "")
    (path / folder / name).write_bytes(data)
    return name


def one(index: Index) -> FiledMessage:
    [message] = index
    return message


def test_a_message_is_known_by_its_name_alone(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1, b"12345")
    index = Index(tmp_path)

    [message] = index.look().added

    assert (message.id, message.session) == ("abcdef-1-1", "abcdef-1")
    assert (message.received, message.size) == (START, 5)
    assert (message.is_ours, message.is_read) == (True, False)
    assert message.path == f"{tmp_path}/new/{name}"
    assert message.data == b"12345"
    assert message.head(2) == b"12"
    assert (message.envelope, message.truncated) == (Envelope(), False)


def test_a_strangers_message_is_shown_with_what_its_file_tells(tmp_path: Path) -> None:
    (maildir(tmp_path) / "cur" / "1767322845.M1P2.host:2,FS").write_bytes(b"hi")
    (tmp_path / "new" / "note").write_bytes(b"x")
    os.utime(tmp_path / "new" / "note", (5, 5))
    index = Index(tmp_path)

    index.look()

    first, second = index
    assert (first.id, first.session, first.size) == ("note", "", 1)
    assert first.received.timestamp() == 5
    assert (second.id, second.session, second.size) == ("1767322845.M1P2.host", "", 2)
    assert second.received.timestamp() == 1767322845
    assert second.is_read
    assert not second.is_ours
    assert second.data == b"hi"


def test_a_look_tells_what_is_different(tmp_path: Path) -> None:
    maildir(tmp_path)
    names = [put(tmp_path, n) for n in range(4)]
    index = Index(tmp_path)
    assert [m.id for m in index.look().added] == [f"abcdef-1-{n}" for n in range(4)]
    assert not index.look()

    (tmp_path / "new" / names[0]).unlink()
    (tmp_path / "new" / names[1]).rename(tmp_path / "cur" / f"{names[1]}:2,S")
    (tmp_path / "new" / names[2]).rename(tmp_path / "cur" / f"{names[2]}:2,")
    put(tmp_path, 4)
    changes = index.look()

    assert [m.id for m in changes.added] == ["abcdef-1-4"]
    assert changes.removed == ("abcdef-1-0",)
    assert changes.read == ("abcdef-1-1",)
    assert changes.unread == ()
    (tmp_path / "cur" / f"{names[1]}:2,S").rename(tmp_path / "cur" / f"{names[1]}:2,F")
    assert index.look().unread == ("abcdef-1-1",)


def test_looking_at_some_files_tells_the_same(tmp_path: Path) -> None:
    maildir(tmp_path)
    names = [put(tmp_path, n) for n in range(3)]
    index = Index(tmp_path)
    index.look()
    (tmp_path / "new" / names[0]).unlink()
    (tmp_path / "new" / names[1]).rename(tmp_path / "cur" / f"{names[1]}:2,S")
    new = put(tmp_path, 3)

    changes = index.look_at(
        [
            f"{tmp_path}/new/{names[0]}",
            f"{tmp_path}/new/{names[1]}",
            f"{tmp_path}/cur/{names[1]}:2,S",
            f"{tmp_path}/new/{new}",
            f"{tmp_path}/new/.hidden",
            f"{tmp_path}/elsewhere/{new}",
        ]
    )

    assert [m.id for m in changes.added] == ["abcdef-1-3"]
    assert changes.removed == ("abcdef-1-0",)
    assert changes.read == ("abcdef-1-1",)
    assert not index.look()


def test_what_another_program_has_renamed_is_found(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1)
    index = Index(tmp_path)
    index.look()
    message = one(index)

    (tmp_path / "new" / name).rename(tmp_path / "cur" / f"{name}:2,S")

    assert message.data == b"hi\r\n"
    assert message.is_read
    assert [m.id for m in index.remove([message.id])] == ["abcdef-1-1"]
    assert list((tmp_path / "cur").iterdir()) == []


def test_what_another_program_has_removed_is_gone_and_empty(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1)
    index = Index(tmp_path)
    index.look()
    message = one(index)

    (tmp_path / "new" / name).unlink()

    assert message.data == b""
    assert index.get("abcdef-1-1") is None
    assert len(index) == 0


def test_marking_renames_and_keeps_the_other_flags(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1)
    index = Index(tmp_path)
    index.look()

    assert index.mark(["abcdef-1-1", "unknown"], read=True) == ["abcdef-1-1"]
    assert index.mark(["abcdef-1-1"], read=True) == []
    assert [p.name for p in (tmp_path / "cur").iterdir()] == [f"{name}:2,S"]
    (tmp_path / "cur" / f"{name}:2,S").rename(tmp_path / "cur" / f"{name}:2,FRSa")
    assert index.mark(["abcdef-1-1"], read=False) == ["abcdef-1-1"]

    assert [p.name for p in (tmp_path / "cur").iterdir()] == [f"{name}:2,FRa"]
    assert not index.is_read("abcdef-1-1")
    assert not index.look()


def test_ids_sort_as_they_were_given(tmp_path: Path) -> None:
    maildir(tmp_path)
    for number in (10, 9, 2, 1):
        put(tmp_path, number)
    index = Index(tmp_path)

    index.look()

    assert [m.id for m in index] == [f"abcdef-1-{n}" for n in (1, 2, 9, 10)]


def test_a_copy_under_another_folder_is_the_same_message_once(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1)
    (tmp_path / "cur" / f"{name}:2,S").write_bytes(b"hi\r\n")
    index = Index(tmp_path)

    index.look()

    assert one(index).is_read
    assert not index.look()


def test_a_stranger_cannot_take_the_place_of_a_message(tmp_path: Path) -> None:
    put(maildir(tmp_path), 1, b"ours")
    index = Index(tmp_path)
    index.look()

    (tmp_path / "new" / "abcdef-1-1").write_bytes(b"theirs")
    index.look()

    assert one(index).data == b"ours"


def test_what_is_no_file_is_no_message(tmp_path: Path) -> None:
    new = maildir(tmp_path) / "new"
    (new / "directory").mkdir()
    (new / ".hidden").write_bytes(b"x")
    (new / "dangling").symlink_to("nowhere")
    (new / "loop").symlink_to("loop")
    (new / "to-directory").symlink_to(tmp_path)
    os.mkfifo(new / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        with suppress(OSError):  # its path may be too long
            unix.bind(str(new / "socket"))
        index = Index(tmp_path)

        index.look()

    assert list(index) == []


def test_a_link_to_a_file_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"linked")
    (maildir(tmp_path) / "new" / "link").symlink_to(tmp_path / "elsewhere")
    index = Index(tmp_path)

    index.look()

    assert one(index).data == b"linked"


def test_a_pipe_in_the_place_of_a_message_is_not_waited_for(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1)
    index = Index(tmp_path)
    index.look()
    (tmp_path / "new" / name).unlink()
    os.mkfifo(tmp_path / "new" / name)

    assert one(index).data == b""


def test_a_file_that_grew_is_read_to_its_end(tmp_path: Path) -> None:
    name = put(maildir(tmp_path), 1)
    index = Index(tmp_path)
    index.look()

    (tmp_path / "new" / name).write_bytes(b"x" * 3_000_000)

    assert len(one(index).data) == 3_000_000
    assert one(index).size == 4


def test_a_maildir_that_vanishes_changes_nothing_and_reads_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.mkdir()
    put(maildir(path), 1)
    index = Index(path)
    index.look()
    message = one(index)

    path.rename(tmp_path / "away")

    assert not index.look()
    assert message.data == b""
    assert message.envelope == Envelope()
    assert index.mark([message.id], read=True) == []
    (tmp_path / "away").rename(path)
    assert message.data == b"hi\r\n"


def test_an_unreadable_message_is_empty() -> None:
    with TemporaryDirectory() as name:  # nobody else can look into tmp_path
        path = Path(name)
        file = path / "new" / put(maildir(path), 1)
        file.chmod(0)
        path.chmod(0o755)
        index = Index(path)

        with unprivileged():
            index.look()

            assert one(index).data == b""
            assert one(index).size == 4


NAMES = st.one_of(
    st.binary(min_size=1, max_size=60),
    st.from_regex(rb"\A[0-9]{0,12}\.?M?[0-9]{0,7}_?[a-z]{0,3}-?[0-9]?-?[0-9]?(:2,[A-Z]*)?\Z"),
    st.from_regex(rb"\A17673228[0-9]{2}\.M[0-9]{6}_ab-[0-9]-[0-9]\.mailtrap,S=[0-9](:2,S?)?\Z"),
).filter(lambda name: b"/" not in name and b"\0" not in name and name.strip(b".") and name)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["new", "cur"]), NAMES, st.sampled_from(["file", "directory", "link"])
        ),
        max_size=8,
    )
)
def test_any_names_can_be_opened_and_read(files: list[tuple[str, bytes, str]]) -> None:
    with TemporaryDirectory() as name:
        path = Path(name)
        MaildirStore(path).close()
        for folder, each, kind in files:
            at = path / folder / os.fsdecode(each)
            with suppress(FileExistsError):
                if kind == "directory":
                    at.mkdir()
                elif kind == "link":
                    at.symlink_to("/dev/zero")
                elif not at.exists():
                    at.write_bytes(b"octets")

        store = MaildirStore(path)

        for message in store:
            assert message.data == b"octets"
            assert message.envelope == Envelope()
            assert store.get(message.id) is message
            store.mark([message.id], read=True)
            # A directory may have the name that it would get.
            assert store.is_read(message.id) or any(x.is_dir() for x in (path / "cur").iterdir())
        kept = [message.id for message in store]
        assert {message.id for message in store.remove(kept)} == set(kept)
        store.close()


def test_what_comes_while_it_looks_stays(tmp_path: Path) -> None:
    maildir(tmp_path)
    looks: list[list[str]] = []

    class Slow(Index):
        def _scan(self) -> dict[str, tuple[str, str]] | None:
            found = super()._scan()
            if len(looks) < 3:
                looks.append([])
                name = put(tmp_path, len(looks))
                self.put(
                    FiledMessage(
                        self,
                        f"abcdef-1-{len(looks)}",
                        START,
                        4,
                        is_ours=True,
                        folder="new",
                        name=name,
                    )
                )
            return found

    index = Slow(tmp_path)

    assert [index.look(), index.look(), index.look()] == [Changes()] * 3
    assert [message.id for message in index] == ["abcdef-1-1", "abcdef-1-2", "abcdef-1-3"]


def test_what_was_marked_while_it_looked_stays_marked(tmp_path: Path) -> None:
    put(maildir(tmp_path), 1)

    class Slow(Index):
        def _scan(self) -> dict[str, tuple[str, str]] | None:
            found = super()._scan()
            self.mark(["abcdef-1-1"], read=True)
            return found

    index = Slow(tmp_path)
    index.look()

    assert index.look() == Changes()
    assert one(index).is_read


def test_a_file_that_is_larger_than_memory_reads_as_empty(tmp_path: Path) -> None:
    put(maildir(tmp_path), 1, b"")
    index = Index(tmp_path)
    index.look()
    os.truncate(one(index).path, 2**42)

    assert one(index).data == b""
    assert one(index).head(3) == b"\0\0\0"


def test_no_message_is_found_without_those_that_came_before_it(tmp_path: Path) -> None:
    class Overtaken(Index):
        """A directory is read, while the first message comes where that has been, the second
        where it has not.
        """

        scans = 0

        def _scan(self) -> dict[str, Place] | None:
            found = super()._scan()
            self.scans += 1
            if self.scans == 1 and found is not None:
                del found[first]
            return found

    first = put(maildir(tmp_path), 1)
    put(tmp_path, 2)

    added = Overtaken(tmp_path).look().added

    assert [message.id for message in added] == ["abcdef-1-1", "abcdef-1-2"]

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mailtrap.stores import maildir
from mailtrap.stores.maildir import MaildirStore
from mailtrap.stores.retention import Retention
from tests.dialogues import START
from tests.stores.privileges import unprivileged
from tests.stores.test_maildir import message


def test_without_a_limit_nothing_is_counted_or_goes() -> None:
    retention = Retention(0, 0)

    retention.add("a", 10**12)

    assert not retention.is_bounded
    assert not retention.is_over
    assert retention.surplus() == []


def test_the_oldest_go_until_it_is_no_more_than_the_limits() -> None:
    retention = Retention(3, 10)
    for name, octets in (("a", 1), ("b", 8), ("c", 1), ("d", 3)):
        retention.add(name, octets)

    assert retention.surplus() == ["a", "b"]

    retention.discard("a")
    retention.discard("b")
    retention.discard("unknown")
    assert not retention.is_over
    retention.add("c", 8)
    assert retention.surplus() == ["d"]
    retention.count_anew([("c", 1)])
    assert retention.surplus() == []


def test_what_is_counted_anew_costs_what_it_did_and_goes_in_the_order_that_is_given() -> None:
    retention = Retention(0, 10)
    retention.add("b", 7)
    retention.add("gone", 1)

    retention.count_anew([("a", 2), ("b", 1), ("c", 3)])

    assert retention.surplus() == ["a"]
    retention.discard("a")
    assert retention.surplus() == []


def test_mail_that_others_removed_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maildir, "_LOOK", -1.0)
    store = MaildirStore(tmp_path, max_messages=2)
    store.add(message(1))
    store.add(message(2))
    for file in (tmp_path / "new").iterdir():
        if "abcdef-1-2" in file.name:
            file.unlink()

    assert list(store.add(message(3))) == []
    assert list(store.add(message(4))) == ["abcdef-1-1"]
    store.close()


def test_mail_of_another_server_counts_as_old_as_it_is_however_it_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maildir, "_LOOK", -1.0)
    store = MaildirStore(tmp_path, max_messages=2)
    store.add(message(1))
    other = MaildirStore(tmp_path)
    for number in (2, 3):
        other.add(message(number, at=START + timedelta(seconds=number)))
    other.remove(["abcdef-1-1"])

    assert store.get("abcdef-1-1") is None  # to know it has looked, and found the others
    added = [store.add(message(n, at=START + timedelta(seconds=n))) for n in (4, 5)]

    assert [list(each) for each in added] == [[], ["abcdef-1-2", "abcdef-1-3"]]
    assert [each.id for each in store] == ["abcdef-1-4", "abcdef-1-5"]
    store.close()
    other.close()


def test_what_cannot_be_removed_is_not_told_of_as_gone() -> None:
    with TemporaryDirectory() as name:  # nobody else can look into tmp_path
        path = Path(name)
        store = MaildirStore(path, max_messages=1)
        store.add(message(1))
        store.mark(["abcdef-1-1"], read=True)
        for place in (path, *path.rglob("*")):
            place.chmod(0o777)
        (path / "cur").chmod(0o555)

        with unprivileged():
            assert list(store.add(message(2))) == []
        (path / "cur").chmod(0o777)

        assert list(store.add(message(3))) == ["abcdef-1-1", "abcdef-1-2"]
        store.close()

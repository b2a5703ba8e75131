"""Other keys: how they are written, and which cannot be."""

import re
import string

import pytest
from textual import keys as textual_keys

from mailtrap.tui.key_names import key_name, shown_key
from mailtrap.tui.keymap import KeysError, checked
from mailtrap.tui.registry import ACTIONS, BY_ID, Action, keys_of


@pytest.mark.parametrize("character", [*string.punctuation, *string.ascii_letters, "7", "é", "€"])
def test_a_character_is_called_what_the_terminal_library_calls_it(character: str) -> None:
    name = textual_keys._character_to_key(character)

    assert key_name(character) == name
    if character.isascii():
        assert key_name(name) == name
        assert shown_key(name) == character


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_the_usual_keys_can_be_written(action: Action) -> None:
    assert checked({action.id: action.keys}) == {action.id: action.keys}
    assert checked({action.id: keys_of(action)}) == {action.id: action.keys}


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("f5", "f5"),
        ("F5, ctrl+e", "f5,ctrl+e"),
        (["f5", ","], "f5,comma"),
        (",", "comma"),
        ("Ctrl+Alt+x", "ctrl+alt+x"),
        ("alt+ctrl+x", "ctrl+alt+x"),
        ("ctrl++", "ctrl+plus"),
        ("shift+w", "W"),
        ("shift+f2", "shift+f2"),
        ("Del,backspace", "delete,backspace"),
        ("at", "at"),
        ("f5,f5", "f5"),
        ("", ""),
        ([], ""),
    ],
    ids=str,
)
def test_keys_are_written_as_people_write_them(written: str | list[str], keys: str) -> None:
    assert checked({"app.zoom": written}) == {"app.zoom": keys}


@pytest.mark.parametrize(
    ("remapped", "action", "why"),
    [
        ({"app.zoom": "q"}, "app.zoom", "'q' is for app.quit (quit; mail that is only in memory"),
        ({"app.quit": "z"}, "app.quit", "'z' is for app.quit"),
        ({"view.down": "k"}, "view.down", "'k' is for view.down"),
        ({"app.zoom": "f5", "app.undo": "f5"}, "app.zoom", "'f5' is for app.undo"),
        # A key for every pane would not work in the one that has it, too.
        ({"app.zoom": "j"}, "app.zoom", "'j' is for list.down"),
        ({"app.zoon": "z"}, "app.zoon", "there is no action 'app.zoon'; did you mean app.zoom"),
        ({"zoom": "z"}, "zoom", "did you mean app.zoom?"),
        ({"brew": "z"}, "brew", f"there are {', '.join(BY_ID)}"),
        ({"app.zoom": "pgdwn"}, "app.zoom", "'pgdwn' is no key; did you mean 'pgdown'?"),
        ({"app.zoom": "contrl+x"}, "app.zoom", "'contrl+x' is no key; write a character such as"),
        ({"app.zoom": "ctrl+"}, "app.zoom", "'ctrl+' is no key"),
        ({"app.zoom": "\x1b"}, "app.zoom", "is no key"),
        ({"app.zoom": "ctrl+i"}, "app.zoom", "to a terminal ctrl+i is tab; take another key"),
        ({"app.zoom": "ctrl+["}, "app.zoom", "is escape; take another key"),
        ({"app.zoom": "ctrl+c"}, "app.zoom", "ctrl+c copies what is selected, and quits"),
    ],
    ids=str,
)
def test_keys_that_cannot_be_are_refused(remapped: dict[str, str], action: str, why: str) -> None:
    with pytest.raises(KeysError, match=re.escape(why)) as error:
        checked(remapped)

    assert error.value.action == action


def test_two_actions_may_swap_their_keys() -> None:
    assert checked({"app.zoom": "w", "list.severity": "z"}) == {
        "app.zoom": "w",
        "list.severity": "z",
    }


def test_panes_may_have_the_same_key_for_different_things() -> None:
    assert checked({"list.newest": "f7", "view.last": "f7"})


def test_a_key_that_two_actions_have_anyway_stays_allowed() -> None:
    assert checked({"app.page": "space", "view.page-down": "space"})

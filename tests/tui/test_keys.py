"""Actions: keys mean one thing each, everything that names keys names all, every action works."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.live_faults import LiveFaults
from mailtrap.tui import keys, registry
from mailtrap.tui.help import help_texts
from mailtrap.tui.keymap import checked
from mailtrap.tui.look import Look
from mailtrap.tui.registry import ACTIONS, APP, BY_ID, LISTS, VIEW, Action, keys_of
from tests.tui.letters import LETTER, UNIX
from tests.tui.pilots import PLAIN, Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring, titled

ROOT = Path(__file__).parents[2]
FORBIDDEN = {f"ctrl+{letter}" for letter in "czsqijmh["}  # terminals and multiplexers own them


def within(context: str) -> list[Action]:
    return [action for action in ACTIONS if action.context == context]


@pytest.mark.parametrize("context", [LISTS, VIEW, APP])
def test_a_key_means_one_thing(context: str) -> None:
    names = [key for action in within(context) for key in action.keys.split(",")]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_no_action_needs_ctrl(action: Action) -> None:
    pressed = action.keys.split(",")

    assert not FORBIDDEN & set(pressed)
    # There are other ways to scroll.
    assert not pressed[0].startswith("ctrl+") or action.help.startswith("half a page")


def test_every_action_has_an_id_of_its_own_and_a_sentence() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert all(action.help and action.group in registry.GROUPS for action in ACTIONS)


def test_every_action_is_bound() -> None:
    bound = {binding.id for binding in (*keys.LIST, *keys.VIEW, *keys.APP)}

    assert bound == set(BY_ID)


@pytest.mark.parametrize("context", [LISTS, VIEW])
def test_help_names_every_action_and_those_of_the_pane_first(context: str) -> None:
    text = "".join(part.plain for part in help_texts(PLAIN, context))

    for action in ACTIONS:
        assert f"{', '.join(keys_of(action)):<20}{action.help}" in text
    assert text.startswith("In the list" if context == LISTS else "In the detail")


def test_at_most_eight_keys_are_in_the_footer_of_either_pane() -> None:
    shown = {context: sum(bool(a.label) for a in within(context)) for context in (LISTS, VIEW, APP)}

    # "Back" is offered in the detail, where it takes the place of "Quit", or with a filter.
    assert shown[APP] + shown[LISTS] - 1 <= 8
    assert shown[APP] + shown[VIEW] - 2 <= 8


def test_the_readme_has_the_table_of_all_keys() -> None:
    written = (ROOT / "README.md").read_text()

    found = re.search(r"<!-- keys -->\n(.*?)\n<!-- /keys -->", written, re.DOTALL)
    assert found
    assert found[1] == registry.readme_table()


# Other keys


def test_keys_can_be_others() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.press("z")
        assert "This is one" in stage.text()
        await stage.press("w")
        assert "This is one" not in stage.text()
        assert "w Zoom" in stage.text()
        await stage.press("question_mark")
        assert f"{'w':<20}one pane fills the screen" in stage.text()

    remapped = {"app.zoom": "w", "list.severity": "z"}
    play(trap, scene, look=Look(keys=checked(remapped)), size=(140, 60))


# Every action does something

Keys = str
Check = Callable[[Stage], object]


def changed(_stage: Stage) -> bool:
    return True


def cursor(place: int) -> Check:
    return lambda stage: stage.list.cursor == place


def sees(text: str) -> Check:
    return lambda stage: text in stage.text()


def top(line: int) -> Check:
    return lambda stage: stage.view.top_line == line


LONG = "Subject: long\r\n\r\n" + "".join(f"line {n}\r\n" for n in range(200))
# What to press before, and what is so after the first key of the action.
EXERCISES: dict[str, tuple[Keys, Check]] = {
    "list.down": ("", cursor(1)),
    "list.up": ("j j", cursor(1)),
    "list.newest": ("j j", cursor(0)),
    "list.oldest": ("", cursor(4)),
    "list.page-down": ("", cursor(4)),
    "list.page-up": ("G", cursor(0)),
    "list.half-down": ("", lambda stage: stage.list.cursor > 0),
    "list.half-up": ("G", lambda stage: stage.list.cursor < 4),
    "list.open": ("", lambda stage: stage.view.has_focus),
    "list.filter": ("", sees("/▏")),
    "list.severity": ("3", sees("errors, warnings and infos")),
    "view.down": ("enter", top(1)),
    "view.up": ("enter j j", top(1)),
    "view.page-down": ("enter", lambda stage: stage.view.top_line > 5),
    "view.page-up": ("enter G", lambda stage: 0 < stage.view.top_line < 180),
    "view.half-down": ("enter", lambda stage: stage.view.top_line > 2),
    "view.half-up": ("enter G", lambda stage: stage.view.top_line > 0),
    "view.first": ("enter G", top(0)),
    "view.last": ("enter", sees("line 199")),
    "view.right": ("j enter R", lambda stage: stage.view.scroll_offset.x > 0),
    "view.left": ("j enter R right", lambda stage: stage.view.scroll_offset.x == 0),
    "view.search": ("enter", sees("enter keeps it, esc ends it")),
    "view.next": ("enter slash l i n e enter", sees("2 of ")),
    "view.previous": ("enter slash l i n e enter n", sees("1 of ")),
    "view.open": ("i enter", changed),
    "app.help": ("", sees("esc closes")),
    "view.close": ("enter", lambda stage: not stage.view.has_focus),
    "app.quit": ("", sees("q again to quit")),
    "app.back": ("enter", lambda stage: stage.list.has_focus),
    "app.delete": ("", sees("deleted, Z brings it back")),
    "app.undo": ("d", lambda stage: len(stage.app.listing.rows) == 5),
    "app.delete-all": ("", sees("D again deletes")),
    "app.unread": ("j", sees("4 new")),
    "app.next-unread": ("j j k", cursor(3)),
    "app.follow": ("", sees("not following")),
    "app.fold": ("e", sees("250-PIPELINING")),
    "app.scroll-down": ("", top(3)),
    "app.scroll-up": ("J", top(0)),
    "app.page": ("", lambda stage: stage.view.top_line > 5),
    "app.mark": ("", sees("1 marked")),
    "app.only-marked": ("m", sees("only 1 marked")),
    "app.sample": ("", sees("sent")),
    "app.faults": ("", sees("Make it fail on purpose")),
    "message.copy": ("", sees("esc closes")),
    "message.save": ("", sees("save the message as")),
    "message.save-attachments": ("", sees("nothing is attached")),
    "message.browse": ("", sees("No browser can be opened")),
    "message.browse-remote": ("", sees("O again loads them")),
    "message.pager": ("", changed),
    "message.editor": ("", changed),
    "message.pipe": ("", sees("pipe the source to")),
    "app.next-tab": ("", lambda stage: stage.app._detail.tab == "headers"),
    "app.previous-tab": ("", lambda stage: stage.app._detail.tab == "issues"),
    "app.text": ("R", sees("line 1")),
    "app.html": ("j j", lambda stage: stage.app._detail.tab == "html"),
    "app.headers": ("", lambda stage: stage.app._detail.tab == "headers"),
    "app.raw": ("H", sees("  1  Subject: long")),
    "app.source": ("", lambda stage: stage.app._detail.tab == "source"),
    "app.mime": ("", lambda stage: stage.app._detail.tab == "mime"),
    "app.attachments": ("j j", lambda stage: stage.app._detail.tab == "attachments"),
    "app.session": ("", sees("C: MAIL FROM:<ann@example.org>")),
    "app.issues": ("", lambda stage: stage.app._detail.tab == "issues"),
    "app.mail": ("2", sees("enter Read / Filter")),
    "app.sessions": ("", lambda stage: stage.app._session_list.has_focus),
    "app.problems": ("", lambda stage: stage.app._problem_list.has_focus),
    "app.panes": ("", lambda stage: stage.view.has_focus),
    "app.zoom": ("", lambda stage: "line 1" not in stage.text()),
    "app.wider": ("", lambda stage: stage.list.size.width > 55),
    "app.narrower": ("", lambda stage: stage.list.size.width < 45),
    "app.layout": ("", lambda stage: stage.list.size.width == 100),
    "app.theme": ("", sees("tokyo-night")),
    "app.palette": ("", sees("Find an action or a message")),
}
MIXED = (
    b"Subject: mixed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>page\r\n"
    b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
    b"attached\r\n--b--\r\n"
)


def test_every_action_has_an_exercise() -> None:
    assert set(EXERCISES) == set(BY_ID)


@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize("name", BY_ID)
def test_the_first_key_of_each_action_does_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PAGER", "EDITOR", "VISUAL", "BROWSER"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("mailtrap.tui.sample.send_sample", lambda _: None)
    trap = a_trap()
    Sender(trap, at=NOON).send(b"HELO probe\r\n").leave()
    for data in (UNIX, MIXED, LETTER.replace(b"Hello Bob", b"Hello" * 100), LONG.encode()):
        bring(trap, data)
    before, holds = EXERCISES[name]

    async def scene(stage: Stage) -> None:
        await stage.press(*before.split())
        shown = stage.text()
        await stage.press(BY_ID[name].keys.split(",")[0])
        if name == "app.sample":  # it has a result only where there is a server
            return
        await stage.until(lambda: stage.text() != shown)
        await stage.until(lambda: holds(stage))

    play(trap, scene, faults=LiveFaults(Policy()))

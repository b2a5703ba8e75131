"""Every action there is: one table.  Bindings, footer, help, palette and README come from it.

No key needs ctrl: multiplexers and shells own those.  Where one is named, another does the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailtrap.tui.key_names import shown_key

LISTS, VIEW, APP = "lists", "view", "app"  # where keys work: one of these is in focus, or any


@dataclass(frozen=True, slots=True)
class Action:
    """Something that keys do."""

    id: str
    keys: str  # textual's names, with commas between them
    does: str  # the action of textual: app.X, or one of the widget
    help: str  # a sentence
    group: str
    context: str = APP
    label: str = ""  # in the footer; "" where it is not shown there
    takes_keys: bool = False  # it moves a cursor or scrolls: of no use in a palette


LIST_GROUP, VIEW_GROUP, TABS_GROUP = "In the list", "In the detail", "Tabs"
MESSAGE_GROUP, SCREEN_GROUP, APP_GROUP = "With a message", "Views and panes", "Anywhere"


def _moves(name: str, keys: str, does: str, sentence: str, *, within: str) -> Action:
    group = LIST_GROUP if within == LISTS else VIEW_GROUP
    return Action(f"{name}", keys, does, sentence, group, within, takes_keys=True)


ACTIONS: tuple[Action, ...] = (
    _moves("list.down", "j,down", "move(1)", "older message", within=LISTS),
    _moves("list.up", "k,up", "move(-1)", "newer message", within=LISTS),
    _moves("list.newest", "g,home", "edge('newest')", "newest message, and follow", within=LISTS),
    _moves("list.oldest", "G,end", "edge('oldest')", "oldest message", within=LISTS),
    _moves(
        "list.page-down", "pagedown,ctrl+f", "page(1)", "a page of older messages", within=LISTS
    ),
    _moves("list.page-up", "pageup,ctrl+b", "page(-1)", "a page of newer messages", within=LISTS),
    _moves("list.half-down", "ctrl+d", "half_page(1)", "half a page down", within=LISTS),
    _moves("list.half-up", "ctrl+u", "half_page(-1)", "half a page up", within=LISTS),
    Action("list.open", "enter,l,right", "app.open", "read the message", LIST_GROUP, LISTS, "Read"),
    Action(
        "list.filter", "slash", "app.filter", "filter, as you type", LIST_GROUP, LISTS, "Filter"
    ),
    Action("list.severity", "w", "app.severity", "problems: which severities", LIST_GROUP, LISTS),
    _moves("view.down", "j,down", "line(1)", "scroll down", within=VIEW),
    _moves("view.up", "k,up", "line(-1)", "scroll up", within=VIEW),
    _moves("view.page-down", "pagedown,space,ctrl+f", "page(1)", "a page down", within=VIEW),
    _moves("view.page-up", "pageup,b,ctrl+b", "page(-1)", "a page up", within=VIEW),
    _moves("view.half-down", "ctrl+d", "half_page(1)", "half a page down", within=VIEW),
    _moves("view.half-up", "ctrl+u", "half_page(-1)", "half a page up", within=VIEW),
    _moves("view.first", "g,home", "edge('first')", "first line", within=VIEW),
    _moves("view.last", "G,end", "edge('last')", "last line", within=VIEW),
    _moves("view.right", "right", "sideways(1)", "right, where lines are cut off", within=VIEW),
    _moves("view.left", "left", "sideways(-1)", "left", within=VIEW),
    Action(
        "view.search", "slash", "app.search", "search; in any case, as you type", VIEW_GROUP, VIEW
    ),
    Action(
        "view.open",
        "enter",
        "app.open_item",
        "where that issue or part is; see attachment",
        VIEW_GROUP,
        VIEW,
    ),
    Action(
        "view.close",
        "q",
        "app.leave",
        "close, back to the list",
        VIEW_GROUP,
        VIEW,
        label="Back",
    ),
    # First, because a narrow screen cuts the footer off at its end.
    Action("app.help", "question_mark", "help", "these keys", APP_GROUP, label="Help"),
    Action(
        "app.quit",
        "q",
        "quit_from_list",
        "quit; mail that is only in memory is lost",
        APP_GROUP,
        label="Quit",
    ),
    Action(
        "app.back",
        "escape,h",
        "leave",
        "end a filter or search, close, back",
        APP_GROUP,
        label="Back",
    ),
    Action(
        "app.delete",
        "d",
        "delete",
        "delete the message, or what is marked",
        APP_GROUP,
        label="Delete",
    ),
    Action("app.undo", "Z", "take_back", "bring back what was deleted, for 5 seconds", APP_GROUP),
    Action(
        "app.delete-all",
        "D",
        "delete_all",
        "delete all for good, once confirmed",
        APP_GROUP,
    ),
    Action("app.unread", "u", "toggle_read", "mark read or unread", APP_GROUP),
    Action("app.next-unread", "U", "next_unread", "next unread message", APP_GROUP),
    Action("app.follow", "F", "follow", "follow the newest, or stay", APP_GROUP),
    Action("app.fold", "f", "fold", "long replies in full, or on one line", APP_GROUP),
    Action(
        "app.scroll-down", "J", "scroll_detail(3)", "scroll the detail from the list", APP_GROUP
    ),
    Action("app.scroll-up", "K", "scroll_detail(-3)", "scroll it back", APP_GROUP),
    Action("app.page", "space", "page_on", "a page on, then the next message", APP_GROUP),
    Action("app.mark", "m", "mark", "mark, or take the mark away", APP_GROUP),
    Action("app.only-marked", "M", "only_marked", "only marked messages, or all", APP_GROUP),
    Action("app.sample", "T", "send_sample", "send a test message to yourself", APP_GROUP),
    Action("app.faults", "X", "faults", "make it fail on purpose, or no longer", APP_GROUP),
    Action("view.next", "n", "item(1)", "next match, issue, part or attachment", MESSAGE_GROUP),
    Action("view.previous", "N", "item(-1)", "the one before", MESSAGE_GROUP),
    Action(
        "message.copy",
        "y",
        "copy_menu",
        "copy: text, link, code and more",
        MESSAGE_GROUP,
        label="Copy",
    ),
    Action("message.save", "s", "save", "save the message, or what is marked", MESSAGE_GROUP),
    Action("message.save-attachments", "S", "save_attachments", "save attachments", MESSAGE_GROUP),
    Action(
        "message.browse", "o", "browse", "open in a browser, which loads nothing", MESSAGE_GROUP
    ),
    Action(
        "message.browse-remote",
        "O",
        "browse_remote",
        "the same with images of other servers",
        MESSAGE_GROUP,
    ),
    Action("message.pager", "p", "page_text", "what is shown, in $PAGER", MESSAGE_GROUP),
    Action("message.editor", "E", "edit", "a copy of the source, in $EDITOR", MESSAGE_GROUP),
    Action("message.pipe", "vertical_line", "pipe", "pipe the source to a command", MESSAGE_GROUP),
    Action("app.next-tab", "right_square_bracket", "tab(1)", "next tab", TABS_GROUP, label="Tab"),
    Action("app.previous-tab", "left_square_bracket", "tab(-1)", "previous tab", TABS_GROUP),
    Action("app.text", "t", "show_tab('text')", "text of the message", TABS_GROUP),
    Action("app.html", "x", "show_tab('html')", "HTML, and what it would load", TABS_GROUP),
    Action("app.headers", "H", "show_tab('headers')", "header fields, decoded", TABS_GROUP),
    Action("app.raw", "r", "raw", "header fields as octets, and back", TABS_GROUP),
    Action("app.source", "R", "show_tab('source')", "source, every octet visible", TABS_GROUP),
    Action("app.mime", "P", "show_tab('mime')", "MIME parts", TABS_GROUP),
    Action("app.attachments", "v", "show_tab('attachments')", "attachments", TABS_GROUP),
    Action("app.session", "e", "show_tab('session')", "transcript of the session", TABS_GROUP),
    Action(
        "app.issues", "i", "show_tab('issues')", "issues: what is wrong, how to mend it", TABS_GROUP
    ),
    Action(
        "app.mail", "1", "show_view('mail')", "Mail: messages, and mail that failed", SCREEN_GROUP
    ),
    Action(
        "app.sessions", "2", "show_view('sessions')", "Sessions: every connection", SCREEN_GROUP
    ),
    Action(
        "app.problems",
        "3",
        "show_view('problems')",
        "Problems: what is wrong, by rule",
        SCREEN_GROUP,
    ),
    Action("app.panes", "tab,shift+tab", "cycle", "the other pane", SCREEN_GROUP, takes_keys=True),
    Action(
        "app.zoom",
        "z",
        "zoom",
        "one pane fills the screen, or both share it",
        SCREEN_GROUP,
        label="Zoom",
    ),
    Action("app.wider", "plus", "split(1)", "more room for the list", SCREEN_GROUP),
    Action("app.narrower", "underscore", "split(-1)", "less room for the list", SCREEN_GROUP),
    Action(
        "app.layout",
        "minus",
        "layout",
        "panes side by side or one above the other",
        SCREEN_GROUP,
    ),
    Action("app.theme", "C", "theme", "choose a theme", SCREEN_GROUP),
    Action(
        "app.palette",
        "colon,ctrl+p",
        "command_palette",
        "find an action or a message",
        SCREEN_GROUP,
    ),
)
GROUPS = (LIST_GROUP, TABS_GROUP, VIEW_GROUP, MESSAGE_GROUP, SCREEN_GROUP, APP_GROUP)
BY_ID = {action.id: action for action in ACTIONS}


def keys_of(action: Action, remapped: Mapping[str, str] | None = None) -> list[str]:
    """The keys of an action as people write them; it may have none."""
    keys = (remapped or {}).get(action.id, action.keys)
    return [shown_key(key) for key in keys.split(",") if key]


def first_key(name: str, remapped: Mapping[str, str] | None = None) -> str:
    """The first key of the action of that id as people write it, "" where it has none."""
    return next(iter(keys_of(BY_ID[name], remapped)), "")


def readme_table() -> str:
    """Every key for the README."""
    lines = ["| key | does |", "|---|---|"]
    for group in GROUPS:
        lines.append(f"| **{group}** | |")
        for action in ACTIONS:
            if action.group == group:
                keys = " ".join(f"`{key}`".replace("|", "\\|") for key in keys_of(action))
                lines.append(f"| {keys} | {action.help} |")
    return "\n".join(lines)

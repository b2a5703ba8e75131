"""Every key there is, by where it works.  Footer and help are made from these tables.

No key needs ctrl: multiplexers and shells own those.  Where one is named, another does the same.
"""

from textual.binding import Binding

# How a span can look; each role is a component class of the widgets that paint.
ROLES = (
    "muted",
    "strong",
    "note",
    "quote",
    "client",
    "server",
    "success",
    "warning",
    "error",
    "selected",
    "italic",
    "struck",
    "code",
    "heading",
    "link",
    "button",
    "match",
    "current",
)


_NAMES = {
    "enter": "enter",
    "escape": "esc",
    "question_mark": "?",
    "right_square_bracket": "]",
}


def _key(name: str, keys: str, action: str, description: str, *, shown: str = "") -> Binding:
    """A binding; the footer has its first key where ``shown`` says what is written there."""
    return Binding(
        keys,
        action,
        shown or description,
        id=name,
        show=bool(shown),
        # Others wait in the queue of one widget after the other, and meanwhile the next key is
        # sent to the widget that was in focus before.
        priority=True,
        tooltip=description,
        key_display=_NAMES.get(keys.partition(",")[0]),
    )


LIST = [
    _key("list.down", "j,down", "move(1)", "older message"),
    _key("list.up", "k,up", "move(-1)", "newer message"),
    _key("list.newest", "g,home", "edge('newest')", "newest message, and follow"),
    _key("list.oldest", "G,end", "edge('oldest')", "oldest message"),
    _key("list.page-down", "pagedown", "page(1)", "a page of older messages"),
    _key("list.page-up", "pageup", "page(-1)", "a page of newer messages"),
    _key("list.half-down", "ctrl+d", "half_page(1)", "half a page down"),
    _key("list.half-up", "ctrl+u", "half_page(-1)", "half a page up"),
    _key("list.open", "enter,l,right", "app.open", "read the message", shown="Read"),
]

VIEW = [
    _key("view.down", "j,down", "line(1)", "scroll down"),
    _key("view.up", "k,up", "line(-1)", "scroll up"),
    _key("view.page-down", "pagedown,space", "page(1)", "a page down"),
    _key("view.page-up", "pageup,b", "page(-1)", "a page up"),
    _key("view.half-down", "ctrl+d", "half_page(1)", "half a page down"),
    _key("view.half-up", "ctrl+u", "half_page(-1)", "half a page up"),
    _key("view.first", "g,home", "edge('first')", "first line"),
    _key("view.last", "G,end", "edge('last')", "last line"),
    _key("view.right", "right", "sideways(1)", "right, where lines are cut off"),
    _key("view.left", "left", "sideways(-1)", "left"),
    _key("view.search", "slash", "app.search", "search; in any case, as you type"),
    _key("view.next", "n", "app.item(1)", "next match, issue, part or attachment"),
    _key("view.previous", "N", "app.item(-1)", "the one before"),
    _key("view.open", "enter", "app.open_item", "where that issue or part is; see attachment"),
]

APP = [
    # First, because a narrow screen cuts the footer off at its end.
    _key("app.help", "question_mark", "help", "these keys", shown="Help"),
    _key("app.quit", "q", "quit", "quit; mail that is only in memory is lost", shown="Quit"),
    _key("app.back", "escape,h", "leave", "end a search, close an attachment, back", shown="Back"),
    _key("app.delete", "d", "delete", "delete the message", shown="Delete"),
    _key("app.undo", "Z", "take_back", "bring back what was just deleted"),
    _key("app.delete-all", "D", "delete_all", "delete everything, once confirmed"),
    _key("app.unread", "u", "toggle_read", "mark read or unread", shown="Unread"),
    _key("app.next-unread", "U", "next_unread", "next unread message"),
    _key("app.follow", "F", "follow", "follow the newest, or stay", shown="Follow"),
    _key("app.fold", "f", "fold", "long replies in full, or on one line"),
    _key("app.scroll-down", "J", "scroll_detail(3)", "scroll the detail from the list"),
    _key("app.scroll-up", "K", "scroll_detail(-3)", "scroll it back"),
    _key("app.page", "space", "page_on", "a page on, then the next message"),
    _key("app.mark", "m", "mark", "mark, or take the mark away"),
    _key("app.only-marked", "M", "only_marked", "only marked messages, or all"),
    _key("app.sample", "T", "send_sample", "send a test message to yourself"),
    _key("app.faults", "X", "faults", "make it fail on purpose, or no longer"),
    _key("app.panes", "tab,shift+tab", "cycle", "the other pane"),
    _key("app.zoom", "z", "zoom", "one pane fills the screen, or both share it", shown="Zoom"),
]

TABS = [
    _key("app.next-tab", "right_square_bracket", "tab(1)", "next tab", shown="Tab"),
    _key("app.previous-tab", "left_square_bracket", "tab(-1)", "previous tab"),
    _key("app.text", "t", "show_tab('text')", "text of the message"),
    _key("app.html", "x", "show_tab('html')", "HTML, and what it would load"),
    _key("app.headers", "H", "show_tab('headers')", "header fields, decoded"),
    _key("app.raw", "r", "raw", "header fields as octets, and back"),
    _key("app.source", "R", "show_tab('source')", "source, every octet visible"),
    _key("app.mime", "P", "show_tab('mime')", "MIME parts"),
    _key("app.attachments", "v", "show_tab('attachments')", "attachments"),
    _key("app.session", "e", "show_tab('session')", "transcript of the session"),
    _key("app.issues", "i", "show_tab('issues')", "issues: what is wrong, how to mend it"),
]

MESSAGE = [
    _key("message.copy", "y", "copy_menu", "copy: text, link, code, command and more"),
    _key("message.save", "s", "save", "save the message as a file"),
    _key("message.save-attachments", "S", "save_attachments", "save attachments"),
    _key("message.browse", "o", "browse", "open in a browser, which loads nothing"),
    _key("message.browse-remote", "O", "browse_remote", "the same with images of other servers"),
    _key("message.pager", "p", "page_text", "what is shown, in $PAGER"),
    _key("message.editor", "E", "edit", "a copy of the source, in $EDITOR"),
    _key("message.pipe", "vertical_line", "pipe", "pipe the source to a command"),
]

# What terminals turn into signals elsewhere: habits of the user, not keys one has to know.
HABITS = [
    Binding("ctrl+c", "interrupt", show=False, priority=True),
    Binding("ctrl+z", "explain_suspend", show=False, priority=True),
]

GROUPS = (
    ("In the list", LIST),
    ("Tabs", TABS),
    ("In the detail", VIEW),
    ("With a message", MESSAGE),
    ("Anywhere", APP),
)

"""``mailtrap tail``: what happened in a maildir, and with ``-f`` what happens."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mailtrap.cli.maildir import add_maildir, attached, check, path_of, snapshot
from mailtrap.cli.output import flush, guarded
from mailtrap.settings import bare_parser

if TYPE_CHECKING:
    from mailtrap.cli.maildir import Snapshot
    from mailtrap.console import Console
    from mailtrap.events import Event

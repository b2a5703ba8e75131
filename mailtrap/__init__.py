"""mailtrap: a local mail catcher with a terminal UI.

Nothing but the version is imported here: the canonical imports are submodules, such as
``from mailtrap.trap import Trap``.
"""

from typing import TYPE_CHECKING

from mailtrap.version import __version__ as __version__

if not TYPE_CHECKING:  # whoever checks types is to be told of names that are not ours

    def __getattr__(name):
        """What the Mailtrap company's SDK has of that name, where it is installed beside us."""
        from mailtrap.namesake import exported

        return exported(name)

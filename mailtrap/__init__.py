"""mailtrap: a local mail catcher with a terminal UI.

Nothing but the version is imported here: the canonical imports are submodules, such as
``from mailtrap.trap import Trap``.
"""

from mailtrap.version import __version__ as __version__

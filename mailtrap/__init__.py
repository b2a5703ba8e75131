"""mailtrap: a local mail catcher with a terminal UI.

Nothing is imported here: the canonical imports are submodules, such as
``from mailtrap.trap import Trap``.
"""

__version__ = "0.1.0"

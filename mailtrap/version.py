"""The version, for all who tell it.

Not in the package's ``__init__``: another distribution of the same import name may have
overwritten that one with its own.
"""

__version__ = "0.1.0"

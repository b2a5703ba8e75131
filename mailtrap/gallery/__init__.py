"""Mails to look at: well-made ones, and what goes wrong in practice, each a session of its own."""

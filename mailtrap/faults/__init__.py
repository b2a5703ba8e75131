"""Faults: what the server does wrong on purpose, when, and how that is written down.  Pure."""

"""Diagnostics: what a client or a message does wrong, by which clause, and who would mind.  Pure.

``diagnostic`` has the values; each chapter has its rules, one function for each; ``session`` and
``message`` run them; ``catalogue`` has all rules by id.
"""

"""Rules: what was sent before it was due (RFC 2920)."""

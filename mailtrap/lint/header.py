"""Rules: the header section of a message (RFC 5322, 2047, 6532)."""

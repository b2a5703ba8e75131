"""Rules: the MIME structure of a message (RFC 2045 to 2049, 2231)."""

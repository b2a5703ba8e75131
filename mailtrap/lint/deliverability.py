"""Rules: what receivers make of a message: DKIM, DMARC, lists, size."""

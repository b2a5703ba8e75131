"""Rules: the envelope: order of commands, reverse-path and forward-paths."""

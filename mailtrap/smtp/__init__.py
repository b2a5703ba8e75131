"""The listener: sockets, connections and their timers, on aiosmtpd."""

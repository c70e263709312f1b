"""Forges to test against: real HTTP over TLS on the loopback, real git behind it, the wire format of each forge."""

"""debtd pays down technical debt while the team sleeps."""

__version__ = "0.1.0"

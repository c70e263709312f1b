"""Logs and redaction. Every sink (logs, error sentences) passes the one redactor."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

_SECRET = re.compile(
    r"(?P<userinfo>(?<=://)[^/\s:@]+:[^/\s@]+(?=@))"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
    r"|sk-[\w-]{20,}|AKIA[0-9A-Z]{16})\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def redact(text: str) -> str:
    """The text with everything that looks like a credential starred out."""
    return _SECRET.sub("***", text)


def _redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def configure_logging(*, level: str, as_json: bool) -> None:
    """Structured logs on stderr: JSON lines, or aligned text for people."""
    import structlog  # noqa: PLC0415  (slow to import, and `--help` logs nothing)

    renderer = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log_event(event: str, **fields: str | float) -> None:
    """One structured record at level info: a static event name and its fields."""
    import structlog  # noqa: PLC0415

    structlog.get_logger().info(event, **fields)

"""Logs and redaction. Every sink (logs, error sentences) passes the one redactor."""

import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

from debtd.model.secret import redact

__all__ = ["configure_logging", "log_event", "redact"]


def _redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


@dataclass(slots=True)
class _Log:
    """What the command line asked for; the least severe level that is written."""

    level: int = 30
    as_json: bool = False


_log = _Log()
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}  # those of `logging`, whose import takes a while


def configure_logging(*, level: str, as_json: bool) -> None:
    """Structured logs on stderr: JSON lines, or aligned text for people. Called before the first record."""
    _log.level, _log.as_json = _LEVELS[level], as_json


def log_event(event: str, **fields: str | float) -> None:
    """One structured record at level info: a static event name and its fields."""
    if _log.level <= _LEVELS["info"]:
        _logger().info(event, **fields)


def log_warning(event: str, **fields: str | float) -> None:
    """The same at level warning: work goes on, but not as it should."""
    if _log.level <= _LEVELS["warning"]:
        _logger().warning(event, **fields)


@cache
def _logger() -> "FilteringBoundLogger":
    import structlog  # noqa: PLC0415  (slow to import, and most runs write no record)

    renderer = (
        structlog.processors.JSONRenderer()
        if _log.as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
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
        wrapper_class=structlog.make_filtering_bound_logger(_log.level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger

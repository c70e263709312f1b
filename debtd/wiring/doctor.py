"""What `debtd doctor` looks at."""

import functools
import importlib.metadata
import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from debtd.model.errors import DebtdError
from debtd.model.forge_settings import ForgeSettings
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock, check_database, ensure_state_dir
from debtd.wiring.engines import all_rules

_MIN_SQLITE = (3, 35, 0)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    name: str
    ok: bool
    detail: str


def diagnose(settings: Settings) -> tuple[Diagnosis, ...]:
    """Every part on its own: one that fails does not hide the others."""
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("python", lambda _: platform.python_version()),
        ("git", _git),
        ("sqlite", _sqlite),
        ("semgrep", _semgrep),
        ("libcst", lambda _: f"{importlib.metadata.version('libcst')}, in child processes with limits"),
        ("rules", lambda s: f"{len(all_rules(s))} rules load"),
        ("windows", _windows),
        ("state directory", lambda s: f"{ensure_state_dir(s)} can be written"),
        ("database", _database),
        *((f"forge {one.kind}", functools.partial(_forge, wanted=one)) for one in settings.forges),
    )
    return tuple(_diagnosis(name, check, settings) for name, check in checks)


def _diagnosis(name: str, check: Callable[[Settings], str], settings: Settings) -> Diagnosis:
    try:
        return Diagnosis(name, True, check(settings))
    except DebtdError as error:
        return Diagnosis(name, False, str(error))


def _git(_settings: Settings) -> str:
    from debtd.adapters.git import check_git_version, git_version  # noqa: PLC0415

    check_git_version()
    return ".".join(map(str, git_version()))


def _sqlite(_settings: Settings) -> str:
    if sqlite3.sqlite_version_info < _MIN_SQLITE:
        raise DebtdError(f"SQLite {sqlite3.sqlite_version} is older than {'.'.join(map(str, _MIN_SQLITE))}.")
    return sqlite3.sqlite_version


def _semgrep(_settings: Settings) -> str:
    from debtd.adapters.semgrep.choice import description  # noqa: PLC0415  (only where it is asked for)

    return description()


def _windows(settings: Settings) -> str:
    from debtd.wiring.schedules import check_schedules  # noqa: PLC0415  (only where it is asked for)

    return check_schedules(settings, SystemClock().now())


def _forge(settings: Settings, wanted: ForgeSettings) -> str:
    from debtd.wiring.forges import check_forge  # noqa: PLC0415  (only where one is set up)
    from debtd.wiring.visits import policy_of  # noqa: PLC0415

    policy = policy_of(settings, None, default_budgets=False)
    rights = check_forge(settings, wanted, issues=policy.dashboard, merging=policy.auto_merge)
    return f"{wanted.base_url}: {rights}"


def _database(settings: Settings) -> str:
    if not settings.database_url and not settings.database_path.exists():
        return "none yet; the first run makes it"
    report = check_database(settings, None)
    if not report.ok:
        raise DebtdError("; ".join(report.problems) or f"version {report.version}, run `debtd db upgrade`")
    return f"version {report.version}, whole"

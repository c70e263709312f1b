"""Where debtd keeps its state and what it was told: `debtd.toml` -> frozen settings. An unknown key is an error."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from debtd.model.discovery import Discovery, discovery
from debtd.model.errors import ConfigError
from debtd.model.forge_settings import ForgeSettings, forge_settings

if TYPE_CHECKING:
    from debtd.policy_settings import PolicySettings
    from debtd.schedule_settings import ScheduleSettings

_OF_REPOSITORIES = ("schedule", "policy", "budgets", "load", "repository")
_KEYS = (
    "state_dir",
    "database_url",
    "rule_folders",
    "workers",
    "cache_megabytes",
    "forge",
    "discover",
    *_OF_REPOSITORIES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`database_url` empty means the embedded database in the state directory. `workers` are parser processes.
    `cache_megabytes` bounds the cache of answers; 0 means none.
    `schedule` None means that the file says nothing of windows, `policy` None that it says nothing of policy, budgets
    and load. `patterns` are those of its `[[repository]]` tables."""

    state_dir: Path
    database_url: str = ""
    rule_folders: tuple[Path, ...] = ()
    workers: int = os.cpu_count() or 1
    cache_megabytes: int = 512
    schedule: "ScheduleSettings | None" = None
    policy: "PolicySettings | None" = None
    patterns: tuple[str, ...] = ()
    forges: tuple[ForgeSettings, ...] = ()
    discoveries: tuple[Discovery, ...] = ()

    @property
    def database_path(self) -> Path:
        """The embedded database."""
        return self.state_dir / "debtd.sqlite3"

    @property
    def cache_path(self) -> Path:
        """What engines answered before. It may be deleted at any time when no debtd runs."""
        return self.state_dir / "cache.sqlite3"


def load_settings(*, config: Path | None, state_dir: Path | None, rule_folders: tuple[Path, ...] = ()) -> Settings:
    """Settings from the file (by default the platform's place for it, where it may be missing) and the options."""
    values = _read(config or default_config(), must_exist=config is not None)
    if "state_dir" in values:
        values["state_dir"] = Path(_text(values, "state_dir")).expanduser()
    if "database_url" in values:
        _text(values, "database_url")
    if not isinstance(values.get("workers", 1), int) or values.get("workers", 1) < 1:  # type: ignore[operator]
        raise ConfigError("debtd.toml: `workers` must be a whole number of at least 1.")
    size = values.get("cache_megabytes", 0)
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ConfigError("debtd.toml: `cache_megabytes` must be a whole number of at least 0.")
    listed = values.pop("rule_folders", [])
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise ConfigError("debtd.toml: `rule_folders` must be a list of texts.")
    forges = _forges(values.pop("forge", []))
    values |= {"forges": forges, "discoveries": _discoveries(values.pop("discover", []), forges)}
    folders = (*(Path(item).expanduser() for item in listed), *rule_folders)
    if state_dir is not None or "state_dir" not in values:
        values["state_dir"] = state_dir or Path(platformdirs.user_state_dir("debtd"))
    values["state_dir"] = Path(str(values["state_dir"])).absolute()  # children have another working directory
    return Settings(rule_folders=folders, **values)  # type: ignore[arg-type]  # keys and types were checked above


def default_config() -> Path:
    return Path(platformdirs.user_config_dir("debtd")) / "debtd.toml"


def _read(path: Path, *, must_exist: bool) -> dict[str, object]:
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise ConfigError(f"there is no settings file {path}; name another with --config.") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings file {path} cannot be read: {error}.") from None
    import tomllib  # noqa: PLC0415  (most people have no settings file)

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    unknown = sorted(set(values) - set(_KEYS))
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(_KEYS)}.")
    return _with_repositories(values, str(path))


def _with_repositories(values: dict[str, object], file: str) -> dict[str, object]:
    """With the tables that may differ from repository to repository read. Their modules are imported where needed."""
    listed = values.get("repository", [])
    named = {key for table in listed if isinstance(table, dict) for key in table} if isinstance(listed, list) else set()
    read: dict[str, object] = {}
    if "repository" in values:
        from debtd.setting_tables import repository_patterns  # noqa: PLC0415

        read["patterns"] = repository_patterns(values, file)
    if "schedule" in named | set(values):
        from debtd.schedule_settings import read_schedule  # noqa: PLC0415

        read["schedule"] = read_schedule(values, file)
    if not {"policy", "budgets", "load"}.isdisjoint(named | set(values)):
        from debtd.policy_settings import read_policy  # noqa: PLC0415

        read["policy"] = read_policy(values, file)
    return {key: value for key, value in values.items() if key not in _OF_REPOSITORIES} | read


def _forges(tables: object) -> tuple[ForgeSettings, ...]:
    return tuple(forge_settings(table, "debtd.toml") for table in _tables(tables, "forge"))


def _discoveries(tables: object, forges: tuple[ForgeSettings, ...]) -> tuple[Discovery, ...]:
    return tuple(discovery(table, forges, "debtd.toml") for table in _tables(tables, "discover"))


def _tables(tables: object, key: str) -> list[dict[str, object]]:
    """`[[key]]` tables, or a single `[key]`."""
    listed = [tables] if isinstance(tables, dict) else tables
    if not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
        raise ConfigError(f"debtd.toml: `{key}` must be a table, [[{key}]].")
    return listed


def _text(values: dict[str, object], key: str) -> str:
    value = values[key]
    if not isinstance(value, str) or not value:
        raise ConfigError(f"debtd.toml: `{key}` must be a text.")
    return value

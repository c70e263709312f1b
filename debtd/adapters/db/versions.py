"""Which version a database has and which one this debtd needs, told without Alembic."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from debtd.model.errors import ConfigError, StateUnusable

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PACKAGE = Path(__file__).parents[2]


def migrations_folder() -> Path:
    """Inside the package when installed, beside it in a source checkout."""
    for folder in (_PACKAGE / "_migrations", _PACKAGE.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise ConfigError(f"the database migrations are missing from {_PACKAGE}; install debtd again.")


def known_versions(folder: Path) -> tuple[str, ...]:
    """Oldest first. A migration's file is called <version>_<words>.py, versions count up from 0001."""
    return tuple(sorted(file.name.partition("_")[0] for file in (folder / "versions").glob("[0-9]*_*.py")))


def version_of(connection: "Connection", known: Sequence[str], where: str) -> str | None:
    """The database's version; None for an empty one. Raises StateUnusable for one that is not for this debtd."""
    from sqlalchemy import inspect, text  # noqa: PLC0415  (slow to import, and a reader of its own file needs none of it)

    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StateUnusable(f"the database {where} belongs to another program; give debtd a database of its own.")
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if version is None:
        return None
    if version not in known:
        raise StateUnusable(
            f"the database {where} was written by a newer debtd (its version is {version}, this one knows"
            f" {known[-1]}); upgrade debtd."
        )
    return str(version)

"""Alembic without an ini file, without output and without a hand on the logging configuration."""

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection


def alembic_config(connection: Connection, folder: Path) -> Config:
    """For Alembic's commands; `migrations/env.py` uses the connection, which must begin its transactions to write."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config

"""Options that several commands share, each with one meaning."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from debtd.cli.output import Format
from debtd.model.project import PythonVersion, parse_python_version

if TYPE_CHECKING:
    from debtd.settings import Settings

Function = TypeVar("Function", bound=Callable[..., object])

PATH = click.Path(path_type=Path)

state_dir_option = click.option(
    "--state-dir", type=PATH, help="Where debtd keeps its state (default: the platform's place)."
)
config_option = click.option("--config", type=PATH, help="A debtd.toml (default: the platform's place).")
rule_option = click.option("--rule", multiple=True, metavar="ID", help="Only this rule; may be given several times.")
rule_folders_option = click.option(
    "--rules", "rule_folders", type=PATH, multiple=True, help="A folder with more rules; may be given several times."
)
format_option = click.option(
    "--format",
    "output",
    type=click.Choice(Format, case_sensitive=False),
    default=Format.TEXT,
    show_default="text",
    help="How to print the data.",
)
target_python_option = click.option(
    "--target-python", metavar="X.Y", help="The oldest Python to support, instead of what the project declares."
)
no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Scan every file anew; use nothing of the cache and keep nothing."
)
reason_option = click.option("--reason", required=True, help="Why; it is kept and shown.")
author_option = click.option("--author", help="Who decides (default: the login name).")


def state_options(command: Function) -> Function:
    """Where the state is: for every command that works on it."""
    return state_dir_option(config_option(command))


def settings_of(
    state_dir: Path | None = None,
    config: Path | None = None,
    rule_folders: tuple[Path, ...] = (),
    *,
    no_cache: bool = False,
) -> "Settings":
    """Settings from the file and the shared options."""
    from debtd.settings import load_settings  # noqa: PLC0415  (help needs no settings)

    settings = load_settings(config=config, state_dir=state_dir, rule_folders=rule_folders)
    return replace(settings, cache_megabytes=0) if no_cache else settings


def target_of(text: str | None) -> PythonVersion | None:
    """The value of --target-python; a wrong one is a usage error."""
    if text is None:
        return None
    try:
        return parse_python_version(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--target-python") from None

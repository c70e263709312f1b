"""Options that several commands share, each with one meaning."""

from pathlib import Path
from typing import Annotated

import typer

from debtd.cli.output import Format
from debtd.model.project import PythonVersion, parse_python_version
from debtd.settings import Settings, load_settings

StateDir = Annotated[
    Path | None, typer.Option("--state-dir", help="Where debtd keeps its state (default: the platform's place).")
]
Config = Annotated[Path | None, typer.Option("--config", help="A debtd.toml (default: the platform's place).")]
RuleIds = Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be given several times.")]
RuleFolders = Annotated[
    list[Path] | None, typer.Option("--rules", help="A folder with more rules; may be given several times.")
]
OutputFormat = Annotated[Format, typer.Option("--format", help="How to print the data.")]
TargetPython = Annotated[
    str | None,
    typer.Option(
        "--target-python", metavar="X.Y", help="The oldest Python to support, instead of what the project declares."
    ),
]


def settings_of(
    state_dir: Path | None = None, config: Path | None = None, rule_folders: list[Path] | None = None
) -> Settings:
    """Settings from the file and the shared options."""
    return load_settings(config=config, state_dir=state_dir, rule_folders=tuple(rule_folders or ()))


def target_of(text: str | None) -> PythonVersion | None:
    """The value of --target-python; a wrong one is a usage error."""
    if text is None:
        return None
    try:
        return parse_python_version(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--target-python") from None

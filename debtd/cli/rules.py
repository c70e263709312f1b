"""`debtd rules`: what can be found and fixed, and how to add to it."""

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import PATH, config_option, format_option, rule_folders_option, settings_of
from debtd.cli.output import Format, plural, put, put_json, put_table, say
from debtd.cli.rule_standing import promote
from debtd.cli.rule_stats import stats
from debtd.model.errors import ConfigError
from debtd.model.printable import printable

if TYPE_CHECKING:
    from debtd.rulekit.rule import Rule


@click.group()
def rules() -> None:
    """List, show, check and write rules."""


rules.add_command(stats)
rules.add_command(promote)


@rules.command("list")
@rule_folders_option
@format_option
@config_option
def list_rules(*, rule_folders: tuple[Path, ...], output: Format, config: Path | None) -> None:
    """List all rules."""
    loaded = _load(rule_folders, config)
    if output is Format.JSON:
        put_json([_rule_json(rule) for rule in loaded])
        return
    rows = [(r.id, "/".join(r.languages), r.severity.value, "fix" if r.has_fix else "-", r.summary) for r in loaded]
    put_table(("rule", "language", "severity", "fix", "what it finds"), rows)
    say(f"{plural(len(loaded), 'rule')}, {sum(rule.has_fix for rule in loaded)} with a fix.")


@rules.command()
@click.argument("rule_id", metavar="RULE")
@rule_folders_option
@format_option
@config_option
def show(rule_id: str, *, rule_folders: tuple[Path, ...], output: Format, config: Path | None) -> None:
    """Show a rule: what it finds, why, how safe its fix is, and examples."""
    from debtd.rulekit.examples import shown_examples  # noqa: PLC0415  (the parser is slow to import)
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415

    (rule,) = select_rules(_load(rule_folders, config), [rule_id])
    if output is Format.JSON:
        put_json(_rule_json(rule))
        return
    put(f"{rule.id} ({rule.severity}, about {rule.effort_minutes} minutes by hand)")
    put()
    for paragraph in (rule.summary, rule.description, f"Fix safety: {rule.fix_safety}"):
        put(textwrap.fill(paragraph, 100))
        put()
    if rule.fix_from is not None:
        put(f"Only where the project supports nothing older than Python {rule.fix_from[0]}.{rule.fix_from[1]}.")
        put()
    if rule.deadline is not None:
        put(f"What it finds does not work from {rule.deadline} on, in what was released then or later.")
        put()
    for example in shown_examples(rule):
        put(example)
        put()
    for link in rule.references:
        put(link)


@rules.command()
@click.argument("rule_ids", metavar="[RULE]...", nargs=-1)
@rule_folders_option
@config_option
def check(rule_ids: tuple[str, ...], *, rule_folders: tuple[Path, ...], config: Path | None) -> None:
    """Run rules against their own examples."""
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415
    from debtd.wiring import engines  # noqa: PLC0415  (the engines are slow to import)

    chosen = select_rules(_load(rule_folders, config), rule_ids)
    settings = settings_of(config=config, rule_folders=rule_folders)
    problems = engines.check_rules(settings, [rule.id for rule in chosen])
    for rule in chosen:
        for problem in problems.get(rule.id, ()):
            put(printable(f"{rule.path}: {problem}"))
    say(f"{plural(len(chosen), 'rule')} checked, {len(problems)} with problems.")
    if problems:
        raise click.exceptions.Exit(ExitCode.CONFIGURATION)


@rules.command()
@click.argument("rule_id", metavar="RULE")
@click.option("--folder", type=PATH, default=Path(), help="Where to write it (default: this folder).")
def new(rule_id: str, *, folder: Path) -> None:
    """Write the template of a LibCST rule.

    RULE is its id, in kebab-case; it names the smell.
    """
    from debtd.rulekit.template import TEMPLATE  # noqa: PLC0415

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule_id):
        raise click.BadParameter("use kebab-case of at least two words, such as bare-except.", param_hint="RULE")
    path = folder / f"{rule_id.replace('-', '_')}.py"
    try:
        with path.open("x", encoding="utf-8") as handle:
            handle.write(TEMPLATE)
    except FileExistsError:
        raise ConfigError(f"{path} exists already; nothing was written.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None
    say(f"wrote {path}; fill it in, then run `debtd rules check {rule_id} --rules {folder}`.")


def _load(folders: tuple[Path, ...], config: Path | None) -> "tuple[Rule, ...]":
    from debtd.wiring import engines  # noqa: PLC0415  (the parser is slow to import)

    return engines.all_rules(settings_of(config=config, rule_folders=folders))


def _rule_json(rule: "Rule") -> dict[str, object]:
    return {
        "id": rule.id,
        "summary": rule.summary,
        "description": rule.description,
        "fix_safety": rule.fix_safety,
        "message": rule.message,
        "severity": rule.severity,
        "languages": list(rule.languages),
        "has_fix": rule.has_fix,
        "fix_from": None if rule.fix_from is None else ".".join(map(str, rule.fix_from)),
        "deadline": rule.deadline and rule.deadline.isoformat(),
        "effort_minutes": rule.effort_minutes,
        "tags": list(rule.tags),
        "references": list(rule.references),
        "digest": rule.digest,
        "path": rule.path,
    }

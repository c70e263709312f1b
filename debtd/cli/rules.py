"""`debtd rules`: what can be found and fixed, and how to add to it."""

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debtd.cli.exit_codes import ExitCode
from debtd.cli.options import Config, OutputFormat, RuleFolders, settings_of
from debtd.cli.output import Format, plural, put, put_json, put_table, say
from debtd.model.errors import ConfigError
from debtd.model.printable import printable

if TYPE_CHECKING:
    from debtd.rulekit.rule import Rule

app = typer.Typer(help="List, show, check and write rules.", no_args_is_help=True)


@app.command("list")
def list_rules(*, rules: RuleFolders = None, output: OutputFormat = Format.TEXT, config: Config = None) -> None:
    """List all rules."""
    loaded = _load(rules, config)
    if output is Format.JSON:
        put_json([_rule_json(rule) for rule in loaded])
        return
    rows = [(r.id, "/".join(r.languages), r.severity.value, "fix" if r.has_fix else "-", r.summary) for r in loaded]
    put_table(("rule", "language", "severity", "fix", "what it finds"), rows)
    say(f"{plural(len(loaded), 'rule')}, {sum(rule.has_fix for rule in loaded)} with a fix.")


@app.command("show")
def show(
    rule_id: Annotated[str, typer.Argument(metavar="RULE")],
    *,
    rules: RuleFolders = None,
    output: OutputFormat = Format.TEXT,
    config: Config = None,
) -> None:
    """Show a rule: what it finds, why, how safe its fix is, and examples."""
    from debtd.rulekit.examples import shown_examples  # noqa: PLC0415  (the parser is slow to import)
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415

    (rule,) = select_rules(_load(rules, config), [rule_id])
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
    for example in shown_examples(rule):
        put(example)
        put()
    for link in rule.references:
        put(link)


@app.command("check")
def check(
    rule_id: Annotated[list[str] | None, typer.Argument(metavar="[RULE]...")] = None,
    *,
    rules: RuleFolders = None,
    config: Config = None,
) -> None:
    """Run rules against their own examples."""
    from debtd.rulekit.loader import select_rules  # noqa: PLC0415
    from debtd.wiring import engines  # noqa: PLC0415  (the engines are slow to import)

    chosen = select_rules(_load(rules, config), rule_id or ())
    settings = settings_of(config=config, rule_folders=rules)
    problems = engines.check_rules(settings, [rule.id for rule in chosen])
    for rule in chosen:
        for problem in problems.get(rule.id, ()):
            put(printable(f"{rule.path}: {problem}"))
    say(f"{plural(len(chosen), 'rule')} checked, {len(problems)} with problems.")
    if problems:
        raise typer.Exit(ExitCode.CONFIGURATION)


@app.command("new")
def new(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="The id, in kebab-case; it names the smell.")],
    *,
    folder: Annotated[Path, typer.Option("--folder", help="Where to write it.")] = Path(),
) -> None:
    """Write the template of a LibCST rule."""
    from debtd.rulekit.template import TEMPLATE  # noqa: PLC0415

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule_id):
        raise typer.BadParameter("use kebab-case of at least two words, such as bare-except.", param_hint="RULE")
    path = folder / f"{rule_id.replace('-', '_')}.py"
    try:
        with path.open("x", encoding="utf-8") as handle:
            handle.write(TEMPLATE)
    except FileExistsError:
        raise ConfigError(f"{path} exists already; nothing was written.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None
    say(f"wrote {path}; fill it in, then run `debtd rules check {rule_id} --rules {folder}`.")


def _load(folders: list[Path] | None, config: Path | None) -> "tuple[Rule, ...]":
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
        "effort_minutes": rule.effort_minutes,
        "tags": list(rule.tags),
        "references": list(rule.references),
        "digest": rule.digest,
        "path": rule.path,
    }

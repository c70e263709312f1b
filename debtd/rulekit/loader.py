"""Load rules from folders, bundled and site-owned alike. A broken rule stops the start-up: it is never skipped."""

import hashlib
import importlib.util
import re
import traceback
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from debtd.model.errors import ConfigError
from debtd.rulekit.identifiers import BACKSLASH
from debtd.rulekit.node import Node, node_problem
from debtd.rulekit.rule import Rule, SemgrepPattern
from debtd.rulekit.sieve import compile_sign

_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


def load_rules(folders: Iterable[Path], ids: Collection[str] | None = None) -> tuple[Rule, ...]:
    """Every rule below the folders (or those with these ids), ordered by id. Raises ConfigError naming the file and
    what is wrong."""
    return collect(folders, load_rule, ids)


def collect(
    folders: Iterable[Path], rule_at: Callable[[Path], Rule], ids: Collection[str] | None = None
) -> tuple[Rule, ...]:
    """The rules of all rule files below the folders, by `rule_at`. Raises ConfigError."""
    by_id: dict[str, Rule] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{folder} is not a folder of rules; name a folder with --rules.")
        for path in sorted(folder.rglob("*")):
            if not _is_rule_file(path) or (ids is not None and _id_of(path) not in ids):
                continue
            rule = rule_at(path)
            if rule.id in by_id:
                raise ConfigError(
                    f"two rules have the id {rule.id}: {by_id[rule.id].path} and {path}; rename one of the files."
                )
            by_id[rule.id] = rule
    if not by_id and not ids:
        raise ConfigError("no rules were found in the rule folders; name a folder with --rules.")
    return tuple(by_id[rule_id] for rule_id in sorted(by_id))


def select_rules(rules: Iterable[Rule], ids: Iterable[str]) -> tuple[Rule, ...]:
    """The named rules, or all when no id is given. Raises ConfigError for an unknown id."""
    every = tuple(rules)
    wanted = set(ids)
    unknown = wanted - {rule.id for rule in every}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ConfigError(f"there is no rule {names}; `debtd rules list` shows all ids.")
    return tuple(rule for rule in every if not wanted or rule.id in wanted)


def load_rule(path: Path) -> Rule:
    """The rule in one file. Raises ConfigError naming the file and what is wrong."""
    if path.suffix == ".py":
        return _checked(_load_python(path), path)
    from debtd.rulekit.semgrep_rule import load_semgrep_rule  # noqa: PLC0415  (the YAML parser is slow to import)

    return _checked(load_semgrep_rule(path), path)


def _is_rule_file(path: Path) -> bool:
    if path.suffix in {".yaml", ".yml"}:
        return path.is_file()
    return path.suffix == ".py" and path.stem != "__init__" and not _is_example(path) and path.is_file()


def _id_of(path: Path) -> str:
    return path.stem if path.suffix != ".py" else path.stem.replace("_", "-")


def _is_example(path: Path) -> bool:
    stem = path.name.split(".", 1)[0]
    return any(path.with_name(stem + suffix).exists() for suffix in (".yaml", ".yml"))


def _load_python(path: Path) -> Rule:
    source = _read(path)
    spec = importlib.util.spec_from_file_location(f"debtd_rule_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} cannot be loaded as a Python module.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001  (a rule file may fail in any way; all of them are told alike)
        raise ConfigError(f"{path}{_line_of(error, path)}: {type(error).__name__}: {error}") from None
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        raise ConfigError(f"{path} does not end in `RULE = Rule(...)`; `debtd rules new` writes a template.")
    summary, description, fix_safety = _documentation(module.__doc__ or "", path)
    return replace(
        rule,
        id=_id_of(path),
        path=str(path),
        digest=hashlib.sha256(source).hexdigest(),
        summary=summary,
        description=description,
        fix_safety=fix_safety,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the rule {path} cannot be read: {error.strerror}.") from None


def _line_of(error: Exception, path: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f", line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def _documentation(doc: str, path: Path) -> tuple[str, str, str]:
    """Summary, description and fix safety from a docstring in three parts."""
    summary, _, rest = doc.strip().partition("\n")
    description, marker, safety = rest.partition("Fix safety:")
    if not summary or not description.strip() or not marker or not safety.strip():
        raise ConfigError(
            f"{path}: the docstring needs a summary line, a paragraph on why it costs, and one that begins"
            " with `Fix safety:`."
        )
    return summary.strip(), description.strip(), safety.strip()


def _checked(rule: Rule, path: Path) -> Rule:
    problem = _problem(rule)
    if problem:
        raise ConfigError(f"{path}: {problem}.")
    return rule


def _problem(rule: Rule) -> str:
    if not _KEBAB.fullmatch(rule.id):
        return f"the id {rule.id!r} is not kebab-case of at least two words"
    if not rule.tags or list(rule.tags) != sorted(set(rule.tags)):
        return "`tags` must be sorted, without repeats, and not empty"
    if not rule.references or not all(link.startswith("https://") for link in rule.references):
        return "`references` needs at least one https:// address"
    if rule.effort_minutes <= 0:
        return "`effort_minutes` must be positive"
    if rule.deadline is not None and type(rule.deadline) is not date:
        return "`deadline` must be a day, date(2026, 10, 31)"
    if isinstance(rule.detect, SemgrepPattern):
        return ""
    if not rule.bad or not rule.good:
        return "at least one `bad` and one `good` example are required"
    return _declaration_problem(rule)


def _declaration_problem(rule: Rule) -> str:
    words = [word for group in rule.words for word in group if word != BACKSLASH]
    if not rule.words or not all(rule.words) or not all(word.isidentifier() for word in words):
        return "`words` needs groups of identifiers, at least one of which a file must contain"
    if not rule.names and not rule.nodes:
        return "declare what the rule looks for: qualified `names` or `nodes`"
    if not all(isinstance(node, Node) for node in rule.nodes):
        return '`nodes` must be written as Node("Call", func=Node("Name", id="print")) and the like'
    for sign in rule.signs:
        try:
            compile_sign(sign)
        except re.error as error:
            return f"the sign {sign!r} is no regular expression: {error}"
    return next((problem for problem in map(node_problem, rule.nodes) if problem), "")

"""Rules, and the engines that run them."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from debtd.adapters.cache import SqliteAnswerCache, code_digest
from debtd.adapters.cst_pool.pool import CstDetector
from debtd.adapters.disposable import disposable
from debtd.adapters.folder import Folder, open_folder
from debtd.adapters.regular_file import write_file
from debtd.adapters.scratch import TemporaryScratch
from debtd.adapters.semgrep import SemgrepDetector
from debtd.adapters.semgrep.examples import pattern_problems
from debtd.model.errors import ConfigError, StateUnusable
from debtd.pipeline.scan import Engines
from debtd.rulekit.catalogue import load_declared
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern
from debtd.settings import Settings
from debtd.telemetry import log_warning
from debtd.wiring.durable import SystemClock, ensure_state_dir

__all__ = ["Folder", "Toolbox", "all_rules", "bundled_rules", "check_rules", "open_folder", "toolbox", "write_file"]


def bundled_rules() -> Path:
    """The rules that ship with debtd: inside the installed package, or beside it in a source checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    raise ConfigError(f"the bundled rules are missing from {package}; install debtd again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """Rules and the engines that run them."""

    rules: tuple[Rule, ...]
    engines: Engines
    scratch: TemporaryScratch


def all_rules(settings: Settings) -> tuple[Rule, ...]:
    """The bundled and the site's rules, as they declare themselves: the code of LibCST rules is not loaded."""
    return load_declared((bundled_rules(), *settings.rule_folders), settings.state_dir / "rules.json")


@contextmanager
def toolbox(settings: Settings, parent: Path | None = None) -> Iterator[Toolbox]:
    """Load the bundled and the site's rules. What the engines write stands until the end in a folder below `parent`,
    where the next run sweeps what a killed one left; without it, in the system's temporary folder."""
    folders = (bundled_rules(), *settings.rule_folders)
    with disposable(parent) if parent else tempfile.TemporaryDirectory(prefix="debtd-") as name:
        folder = Path(name)
        detectors = (
            CstDetector(folders, settings.workers, temporary_folder=folder),
            SemgrepDetector(folder, settings.workers),
        )
        with _answer_cache(settings) as cache:
            yield Toolbox(
                rules=all_rules(settings),
                engines=Engines(detectors=detectors, cache=cache),
                scratch=TemporaryScratch(folder),
            )


@contextmanager
def _answer_cache(settings: Settings) -> Iterator[SqliteAnswerCache | None]:
    """The cache, unless the settings want none or there is no place for it."""
    if not settings.cache_megabytes:
        yield None
        return
    try:
        ensure_state_dir(settings)
    except StateUnusable as error:
        log_warning("cache.unusable", reason=str(error))
        yield None
        return
    cache = SqliteAnswerCache(
        settings.cache_path,
        partial(code_digest, Path(__file__).parent.parent),
        settings.cache_megabytes * 1_000_000,
        SystemClock(),
        lambda reason: log_warning("cache.unusable", reason=reason),
    )
    try:
        yield cache
    finally:
        cache.close()


def check_rules(settings: Settings, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What is wrong with each of the rules by its own examples; only rules with problems appear."""
    rules = load_rules((bundled_rules(), *settings.rule_folders), ids)
    patterns = [rule for rule in rules if isinstance(rule.detect, SemgrepPattern)]
    from debtd.rulekit.examples import example_problems  # noqa: PLC0415  (LibCST is slow to import)

    problems = {rule.id: example_problems(rule) for rule in rules if rule not in patterns}
    if patterns:
        problems |= pattern_problems(patterns)
    return {rule_id: found for rule_id, found in problems.items() if found}

"""The child that runs LibCST rules: one file a request."""

import gc
from dataclasses import replace
from pathlib import Path

from debtd.adapters.cst_pool.examine import examine
from debtd.adapters.cst_pool.hosting import Answer, host, resident_bytes
from debtd.adapters.cst_pool.messages import Orders, Reply, Request, decode_orders, decode_request, encode_reply
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import DebtdError
from debtd.model.project import Project
from debtd.rulekit.loader import load_rules, select_rules
from debtd.rulekit.rule import Rule

_NODES_PER_COLLECTION = 200_000  # trees have hundreds of thousands of nodes, and hardly any of them is garbage


def main() -> None:
    host(_prepare)


def _prepare(line: bytes) -> Answer:
    orders = decode_orders(line)
    by_id = {rule.id: rule for rule in _load(orders)}
    gc.freeze()
    gc.set_threshold(_NODES_PER_COLLECTION, 20, 1_000)

    def answer(line: bytes) -> bytes:
        request = decode_request(line)
        rules = tuple(by_id[rule_id] for rule_id in request.rule_ids)
        project = _control_project(rules[0]) if request.control else orders.project
        return encode_reply(replace(_examined(request, rules, project), memory=resident_bytes()))

    return answer


def _load(orders: Orders) -> tuple[Rule, ...]:
    """The rules asked for. Raises ConfigError when one is missing; a changed digest is the caller's to refuse."""
    rules = select_rules(load_rules(map(Path, orders.folders), orders.digests), orders.digests)
    changed = [rule for rule in rules if rule.digest != orders.digests[rule.id]]
    if changed:
        raise DebtdError(f"the rule {changed[0].path} has changed since it was loaded; start again.")
    return rules


def _examined(request: Request, rules: tuple[Rule, ...], project: Project) -> Reply:
    try:
        return examine(request.location, request.path, rules, project)
    except BaseException as error:  # noqa: BLE001  (a panic of the native parser is no Exception)
        return Reply(skipped=Skipped(SkipReason.PARSER_REFUSED, type(error).__name__))


def _control_project(rule: Rule) -> Project:
    """A control must fire whatever the scanned project supports."""
    return Project(min_python=rule.bad[0].min_python, declared_in="the control")

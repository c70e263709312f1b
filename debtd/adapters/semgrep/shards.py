"""A tree in parts of the same weight, one for each processor that is worth starting a process for."""

from collections.abc import Sequence

from debtd.adapters.semgrep.tree import Tree

_WORTH_A_PROCESS = 400_000  # the engine takes an eighth of a second to start, and three times that for these bytes
_BYTES_PER_FILE = 1_500  # what a file costs besides its size


def shards_of(tree: Tree, jobs: int) -> Sequence[Tree]:
    """At least one part, at most `jobs`; each source is in one of them."""
    weights = {name: planted.size + _BYTES_PER_FILE for name, planted in tree.planted.items()}
    count = max(1, min(jobs, sum(weights.values()) // _WORTH_A_PROCESS))
    loads, parts = [0] * count, [list[str]() for _ in range(count)]
    for name in sorted(weights, key=lambda name: weights[name], reverse=True):
        lightest = loads.index(min(loads))
        loads[lightest] += weights[name]
        parts[lightest].append(name)
    return [tree.part(names) for names in parts]

"""One walk tells every node once, its parent first."""

import libcst as cst
import pytest

from debtd.rulekit.tree import parents_of, spans_and_code, tell

TEXT = """# head
@d  # why
class C(A, metaclass=M):
    def f(self, x: int = 1) -> "y":  # é
        return (  # open
            f"{x!r:>{w}}" + [a for a in b if c][0]
        )
"""


def test_every_node_that_libcst_visits_has_its_parent() -> None:
    module = cst.parse_module(TEXT)
    expected: dict[cst.CSTNode, cst.CSTNode] = {}

    def collect(node: cst.CSTNode) -> None:
        for child in node.children:
            if not isinstance(child, cst.SimpleWhitespace):
                expected[child] = node
            collect(child)

    collect(module)
    parents = parents_of(module)
    assert parents == expected
    order = {node: number for number, node in enumerate((module, *parents))}
    assert all(order[parent] < order[node] for node, parent in parents.items())


def test_spans_are_bytes_and_the_code_is_the_text() -> None:
    module = cst.parse_module(TEXT)
    spans, code = spans_and_code(module)
    assert code == TEXT
    names = [n for n in parents_of(module) if isinstance(n, cst.Name)]
    data = TEXT.encode()
    assert all(data[spans[n].start : spans[n].start + spans[n].length].decode() == n.value for n in names)


class Counter(cst.BatchableCSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def visit_Name(self, node: cst.Name) -> None:
        self.seen.append(node.value)

    def visit_Module(self, node: cst.Module) -> None:
        self.seen.append("begin")

    def leave_Module(self, original_node: cst.Module) -> None:
        self.seen.append("end")


def test_visitors_are_told_of_each_node_and_of_the_end() -> None:
    module, counter = cst.parse_module("x = y\n"), Counter()
    tell(module, parents_of(module), [counter])
    assert (counter.seen[0], sorted(counter.seen[1:-1]), counter.seen[-1]) == ("begin", ["x", "y"], "end")


def test_a_visitor_that_would_not_be_called_is_refused() -> None:
    class Leaver(cst.BatchableCSTVisitor):
        def leave_Name(self, original_node: cst.Name) -> None: ...

    module = cst.parse_module("x\n")
    with pytest.raises(TypeError, match="leave_Name"):
        tell(module, parents_of(module), [Leaver()])

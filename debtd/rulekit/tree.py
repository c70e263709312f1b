"""One walk over a parsed module: who is whose parent, and every node told to the visitors that ask for its kind.

LibCST's own walk rebuilds each node on the way, and its parent provider walks again; this one only looks. Parents
come before their children; the order of siblings is not promised.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import cast

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan
from libcst.metadata.span_provider import SpanProvidingCodegenState, byte_length_in_utf8

_Told = Callable[[cst.CSTNode], object]


def parents_of(module: cst.Module) -> dict[cst.CSTNode, cst.CSTNode]:
    """The parent of every node, plain white space left out; the keys are all nodes, parents first."""
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    stack: list[cst.CSTNode] = [module]
    while stack:
        node = stack.pop()
        for name in _field_names(node.__class__):
            value = getattr(node, name)
            if value.__class__ is tuple or value.__class__ is list:
                for child in value:
                    if _is_told(child.__class__):
                        parents[child] = node
                        stack.append(child)
            elif _is_told(value.__class__):
                parents[value] = node
                stack.append(value)
    return parents


@cache
def _is_told(kind: type) -> bool:
    """Asked for every field of every node: `isinstance` would cost more than the walk."""
    return issubclass(kind, cst.CSTNode) and kind is not cst.SimpleWhitespace


@cache
def _field_names(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def tell(module: cst.Module, nodes: Iterable[cst.CSTNode], visitors: Sequence[cst.BatchableCSTVisitor]) -> None:
    """Call each visitor's `visit_<Kind>` for the module and every node, and at the end its `leave_Module`."""
    wanted: dict[str, list[_Told]] = defaultdict(list)
    for visitor in visitors:
        for name, told in visitor.get_visitors().items():
            if not name.startswith("visit_") and name != "leave_Module":
                raise TypeError(f"{type(visitor).__qualname__}.{name}: only visit_<Kind> and leave_Module are called")
            wanted[name].append(told)
    for node in (module, *nodes):
        for method in wanted.get(f"visit_{type(node).__name__}", ()):
            method(node)
    for method in wanted["leave_Module"]:
        method(module)


def spans_and_code(module: cst.Module) -> tuple[Mapping[cst.CSTNode, CodeSpan], str]:
    """The byte span of every node, and the code that LibCST would write, from one pass of its code generator."""
    provider = ByteSpanPositionProvider()
    state = SpanProvidingCodegenState(
        default_indent=module.default_indent,
        default_newline=module.default_newline,
        provider=provider,
        get_length=byte_length_in_utf8,
    )
    module._codegen(state)  # noqa: SLF001  (what the provider itself does, but for keeping the code)
    return cast(Mapping[cst.CSTNode, CodeSpan], provider._computed), "".join(state.tokens)  # noqa: SLF001

"""An exception is named by an alias that Python keeps for old code.

`IOError`, `EnvironmentError`, `socket.error`, `select.error` and others are `OSError` itself since Python 3.3;
`socket.timeout` (3.10), `asyncio.TimeoutError` and `concurrent.futures.TimeoutError` (3.11) are `TimeoutError`. Readers
take them for different errors, and handle one of them twice or the other never.

Fix safety: safe. Both names are one object in every Python that the project supports. Where `OSError` is already in an
`except` or `isinstance` tuple, the alias goes; elsewhere a repetition is reported without a fix. Imports stay.
"""

from collections.abc import Sequence

import libcst as cst

from debtd.rulekit import Bad, Change, Rule, RuleVisitor, Severity

_BUILTIN_ALIASES = frozenset({"IOError", "EnvironmentError"})
_IMPORTED_ALIASES = {
    "mmap.error": ("OSError", (3, 3)),
    "os.error": ("OSError", (3, 3)),
    "resource.error": ("OSError", (3, 3)),
    "select.error": ("OSError", (3, 3)),
    "socket.error": ("OSError", (3, 3)),
    "socket.timeout": ("TimeoutError", (3, 10)),
    "asyncio.TimeoutError": ("TimeoutError", (3, 11)),
    "asyncio.exceptions.TimeoutError": ("TimeoutError", (3, 11)),
    "concurrent.futures.TimeoutError": ("TimeoutError", (3, 11)),
}
_LAST_NAMES = frozenset(name.rpartition(".")[2] for name in _IMPORTED_ALIASES)
_TARGETS = frozenset(target for target, _ in _IMPORTED_ALIASES.values())


class Visitor(RuleVisitor):
    def visit_Module(self, node: cst.Module) -> None:  # noqa: ARG002  (the name decides)
        self._imported: set[str] = set()
        self._names: list[cst.Name] = []

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        if isinstance(node.names, cst.ImportStar) or node.relative or node.module is None:
            return
        for alias in node.names:
            if alias.evaluated_name in _LAST_NAMES:
                self._imported.add(alias.evaluated_alias or alias.evaluated_name)

    def visit_Name(self, node: cst.Name) -> None:
        self._names.append(node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if node.attr.value in _LAST_NAMES:
            self._examine(node)

    def leave_Module(self, original_node: cst.Module) -> None:  # noqa: ARG002  (the name decides)
        for name in self._names:
            if name.value in _BUILTIN_ALIASES or name.value in self._imported:
                self._examine(name)

    def _examine(self, node: cst.Name | cst.Attribute) -> None:
        found = self._meaning(node)
        if found is not None:
            target, since = found
            message = f"`{self.text(node)}` is another name of `{target}`."
            self.report(node, *self._changes(node, target), message=message, requires_python=since)

    def _meaning(self, node: cst.BaseExpression) -> tuple[str, tuple[int, int]] | None:
        """The builtin that the expression is an alias of, in all of the project's Pythons, and since which one."""
        if isinstance(node, cst.Name) and self.is_builtin(node, node.value):
            target, since = ("OSError" if node.value in _BUILTIN_ALIASES else ""), (3, 3)
        else:
            name = self.imported_name(node) if isinstance(node, cst.Name | cst.Attribute) else None
            target, since = _IMPORTED_ALIASES.get(name or "", ("", (3, 3)))
        if not target or (self.project.min_python is not None and self.project.min_python < since):
            return None
        if self.is_assignment_target(node) or self.is_version_branch(node) or not self.has_builtin(node, target):
            return None
        return target, since

    def _key(self, node: cst.BaseExpression) -> str | None:
        """The builtin exception that the expression names, by any of its names."""
        if isinstance(node, cst.Name) and node.value in _TARGETS and self.is_builtin(node, node.value):
            return node.value
        found = self._meaning(node)
        return None if found is None else found[0]

    def _changes(self, node: cst.Name | cst.Attribute, target: str) -> tuple[Change, ...]:
        if self.has_comment(*self.span(node)):
            return ()
        row = self._row_around(node)
        keys = [self._key(value) for value in row]
        holder = self._catching_tuple(node)
        if holder is not None and (keys.count(target) > 1 or (len(row) == 1 and self._is_handled(holder))):
            return self._shortened(holder, row, keys)
        return () if keys.count(target) > 1 else (self.replace(node, target),)

    def _row_around(self, node: cst.BaseExpression) -> Sequence[cst.BaseExpression]:
        """The node with those that stand beside it in a tuple, list, set, call or list of bases."""
        parent = self.parent(node)
        holder = None if parent is None else self.parent(parent)
        if isinstance(parent, cst.Element) and isinstance(holder, cst.Tuple | cst.List | cst.Set):
            return [element.value for element in holder.elements]
        if isinstance(parent, cst.Arg) and isinstance(holder, cst.Call):
            return [argument.value for argument in holder.args]
        if isinstance(parent, cst.Arg) and isinstance(holder, cst.ClassDef):
            return [base.value for base in holder.bases]
        return [node]

    def _catching_tuple(self, node: cst.BaseExpression) -> cst.Tuple | None:
        """The tuple around the node, where only its set of exceptions counts: `except (..)`, `isinstance(x, (..))`."""
        parent = self.parent(node)
        holder = None if parent is None else self.parent(parent)
        if not isinstance(parent, cst.Element) or not isinstance(holder, cst.Tuple) or not holder.lpar:
            return None
        if not all(isinstance(element, cst.Element) for element in holder.elements):
            return None
        return holder if self._is_handled(holder) or self._is_asked_of(holder) else None

    def _is_handled(self, holder: cst.Tuple) -> bool:
        return isinstance(self.parent(holder), cst.ExceptHandler | cst.ExceptStarHandler)

    def _is_asked_of(self, holder: cst.Tuple) -> bool:
        argument = self.parent(holder)
        call = None if argument is None else self.parent(argument)
        if not isinstance(argument, cst.Arg) or not isinstance(call, cst.Call) or len(call.args) != 2:
            return False
        is_type_test = self.is_builtin(call.func, "isinstance") or self.is_builtin(call.func, "issubclass")
        return is_type_test and call.args[1] is argument

    def _shortened(
        self, holder: cst.Tuple, row: Sequence[cst.BaseExpression], keys: Sequence[str | None]
    ) -> tuple[Change, ...]:
        """The tuple with every builtin named once, and as a single name where no other is left."""
        start, end = self.outer_span(holder)
        if self.has_comment(start, end):
            return ()
        if len(set(keys)) == 1:
            return (Change(start, end, self._spaced(start, end, str(keys[0]))),)
        changes = []
        for position, (value, key) in enumerate(zip(row, keys, strict=True)):
            if key is not None and key in keys[:position]:
                changes.append(Change(self.outer_span(row[position - 1])[1], self.outer_span(value)[1], ""))
            elif key is not None and self.text(value) != key:
                changes.append(self.replace(value, key))
        return tuple(changes)

    def _spaced(self, start: int, end: int, text: str) -> str:
        before = " " if self.view.utf8[start - 1 : start].isalpha() else ""
        after = " " if self.view.utf8[end : end + 1].isalpha() else ""
        return f"{before}{text}{after}"


RULE = Rule(
    message="An exception is named by an old alias.",
    detect=Visitor,
    words=(
        (*sorted(_BUILTIN_ALIASES), *sorted(_LAST_NAMES)),
        (*sorted(_BUILTIN_ALIASES), *sorted({name.partition(".")[0] for name in _IMPORTED_ALIASES})),
    ),
    signs=(
        r"\b(?:IOError|EnvironmentError)\b",
        r"\. (?:error|timeout|TimeoutError)\b",
        r"\bfrom (?:mmap|os|resource|select|socket|asyncio|concurrent)\b",
    ),
    names=(*sorted(_BUILTIN_ALIASES), *_IMPORTED_ALIASES),
    severity=Severity.LOW,
    effort_minutes=2,
    tags=("exceptions", "python3", "stdlib"),
    references=(
        "https://docs.python.org/3/library/exceptions.html#OSError",
        "https://docs.python.org/3/library/exceptions.html#TimeoutError",
        "https://peps.python.org/pep-3151/",
    ),
    fix_from=(3, 3),
    bad=(
        Bad("try:\n    f()\nexcept IOError:  #: finding\n    pass\n", "try:\n    f()\nexcept OSError:\n    pass\n"),
        Bad(
            "try:\n    f()\nexcept EnvironmentError as e:  # why  #: finding\n    raise IOError(e)  #: finding\n",
            "try:\n    f()\nexcept OSError as e:  # why\n    raise OSError(e)\n",
        ),
        Bad(
            "try:\n    f()\nexcept (IOError, OSError) as e:  #: finding\n    pass\nexcept Exception:\n    pass\n",
            "try:\n    f()\nexcept OSError as e:\n    pass\nexcept Exception:\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept(IOError, EnvironmentError)as e:  #: finding\n    pass\n",
            "try:\n    f()\nexcept OSError as e:\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept (ValueError, IOError, KeyError, OSError):  #: finding\n    pass\n",
            "try:\n    f()\nexcept (ValueError, OSError, KeyError):\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept (OSError, IOError, KeyError,):  #: finding\n    pass\n",
            "try:\n    f()\nexcept (OSError, KeyError,):\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept (ValueError, IOError):  #: finding\n    pass\n",
            "try:\n    f()\nexcept (ValueError, OSError):\n    pass\n",
        ),
        Bad("try:\n    f()\nexcept (IOError,):  #: finding\n    pass\n", "try:\n    f()\nexcept OSError:\n    pass\n"),
        Bad("try:\n    f()\nexcept (IOError):  #: finding\n    pass\n", "try:\n    f()\nexcept (OSError):\n    pass\n"),
        Bad(
            "import socket\ntry:\n    f()\nexcept (socket.error, socket.timeout):  #: finding\n    pass\n",
            "import socket\ntry:\n    f()\nexcept (OSError, TimeoutError):\n    pass\n",
        ),
        Bad(
            "import socket\ntry:\n    f()\nexcept (socket.error, socket.timeout):  #: finding\n    pass\n",
            "import socket\ntry:\n    f()\nexcept (OSError, socket.timeout):\n    pass\n",
            min_python=(3, 9),
        ),
        Bad(
            "import asyncio\nimport socket\ntry:\n    f()\nexcept (asyncio.TimeoutError, socket.timeout):  #: finding\n"
            "    pass\n",
            "import asyncio\nimport socket\ntry:\n    f()\nexcept TimeoutError:\n    pass\n",
        ),
        Bad(
            "import asyncio\nimport socket\ntry:\n    f()\nexcept (asyncio.TimeoutError, socket.timeout):  #: finding\n"
            "    pass\n",
            "import asyncio\nimport socket\ntry:\n    f()\nexcept (asyncio.TimeoutError, TimeoutError):\n    pass\n",
            min_python=(3, 10),
        ),
        Bad(
            "import concurrent.futures\nraise concurrent.futures.TimeoutError  #: finding\n",
            "import concurrent.futures\nraise TimeoutError\n",
        ),
        Bad(
            "from socket import error as socket_error\ntry:\n    f()\nexcept socket_error:  #: finding\n    pass\n",
            "from socket import error as socket_error\ntry:\n    f()\nexcept OSError:\n    pass\n",
        ),
        Bad(
            "def f():\n    raise error  #: finding\nfrom select import error\n",
            "def f():\n    raise OSError\nfrom select import error\n",
        ),
        Bad("class E(IOError):  #: finding\n    pass\n", "class E(OSError):\n    pass\n"),
        Bad("isinstance(e, (IOError, OSError))  #: finding\n", "isinstance(e, OSError)\n"),
        Bad("isinstance(e, IOError)  #: finding\n", "isinstance(e, OSError)\n"),
        Bad("self.assertRaises(IOError, f)  #: finding\n", "self.assertRaises(OSError, f)\n"),
        Bad(
            "try:\n    f()\nexcept OSError:\n    g()\nexcept IOError:  #: finding\n    h()\n",
            "try:\n    f()\nexcept OSError:\n    g()\nexcept OSError:\n    h()\n",
        ),
        Bad(
            "try:\n    f()\nexcept* IOError:  #: finding\n    pass\n",
            "try:\n    f()\nexcept* OSError:\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept (\n    IOError,  #: finding\n    OSError,\n    KeyError,\n):\n    pass\n",
            "try:\n    f()\nexcept (\n    OSError,\n    KeyError,\n):\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept (\n    IOError,  # the disk  #: finding\n    KeyError,\n):\n    pass\n",
            "try:\n    f()\nexcept (\n    OSError,  # the disk\n    KeyError,\n):\n    pass\n",
        ),
        Bad(
            "try:\n    f()\nexcept (\n    IOError,  # the disk  #: finding\n    OSError,\n):\n    pass\n",
            None,
        ),
        Bad("ERRORS = (IOError, OSError)  #: finding\n", None),
        Bad("with suppress(IOError, OSError):  #: finding\n    pass\n", None),
        Bad("ERRORS = (IOError, KeyError)  #: finding\n", "ERRORS = (OSError, KeyError)\n"),
    ),
    good=(
        "try:\n    f()\nexcept OSError:\n    pass\n",
        "try:\n    f()\nexcept WindowsError:\n    pass\n",
        "try:\n    f()\nexcept TimeoutError:\n    pass\n",
        "IOError = OSError\ntry:\n    f()\nexcept IOError:\n    pass\n",
        "class IOError(Exception):\n    pass\nraise IOError\n",
        "from errors import IOError\nraise IOError\n",
        "from errors import *\nraise IOError\n",
        "OSError = MyError\nraise IOError\n",
        "def f(OSError):\n    raise IOError\n",
        "import errors\nraise errors.IOError\n",
        "import socket\nraise socket.gaierror\n",
        "import multiprocessing\nraise multiprocessing.TimeoutError\n",
        "import shutil\nraise shutil.Error\n",
        "import select\nselect.epoll().error\n",
        "import socket\nsocket.socket().timeout\n",
        "import socket\nsocket.timeout = None\n",
        "import gevent.socket as socket\nraise socket.error\n",
        "try:\n    import socket\nexcept ImportError:\n    socket = None\nraise socket.error\n",
        "from . import socket\nraise socket.error\n",
        "from .socket import error\nraise error\n",
        "def f(socket):\n    raise socket.error\n",
        "import socket\ndef f(timeout):\n    return timeout\n",
        "import sys\nif sys.version_info < (3, 3):\n    E = IOError\nelse:\n    E = OSError\n",
        "import struct\nraise struct.error\n",
        "import re\nraise re.error\n",
        'x = "IOError"\n',
        "self.IOError(1)\n",
        "f(IOError=1)\n",
        "match x:\n    case IOError:\n        raise IOError\n",
    ),
)

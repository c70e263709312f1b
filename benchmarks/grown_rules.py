"""A grown catalogue: bundled rules again and again, each time about other names.

A catalogue grows by rules about more APIs, each with words of its own that most files do not hold. So every grown rule
is a bundled one, with its visitor or pattern, its documentation and its examples, in which the names that it looks for
are exchanged for those of another API: real ones, of which some stand in the measured code and most do not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# Functions that the standard library has deprecated or dropped, by module.
_FUNCTIONS = (
    "asyncio.get_event_loop imp.find_module cgi.FieldStorage pipes.quote platform.linux_distribution"
    " inspect.getargspec ssl.wrap_socket locale.format tempfile.mktemp string.letters os.getcwdu time.clock"
    " threading.currentThread logging.warn gettext.lgettext random.jumpahead pkgutil.ImpImporter sys.maxint"
    " itertools.izip urllib.urlencode base64.encodestring array.tostring plistlib.readPlist abc.abstractproperty"
    " ast.Num codecs.EncodedFile binascii.b2a_hqx configparser.SafeConfigParser unittest.makeSuite"
    " webbrowser.MacOSX xmlrpc.ServerProxy zipimport.find_module types.StringTypes operator.isCallable"
    " os.popen2 string.maketrans inspect.formatargspec asyncore.dispatcher asynchat.async_chat smtpd.SMTPServer"
)
# Arguments of functions that were renamed or dropped, by module.
_ARGUMENTS = (
    "asyncio.loop json.parse_constant gzip.mtime zipfile.pwd csv.skipinitialspace socket.backlog logging.strm"
    " hashlib.usedforsecurity pickle.fix_imports shutil.onerror random.weights threading.daemonic queue.maxlen"
    " sched.timefunc heapq.keyfunc struct.fmt textwrap.fix_sentence_endings difflib.linejunk argparse.prefix_chars"
    " optparse.conflict_handler getpass.stream curses.nlines locale.monetary calendar.firstweekday datetime.tzinfo"
    " decimal.prec fractions.limit statistics.xbar pathlib.missing_ok tempfile.dir glob.root_dir fnmatch.pat"
    " linecache.module_globals mmap.access select.maxevents signal.sigmask mimetypes.strict"
    " ftplib.acct imaplib.mailbox smtplib.mail_options"
)
_PACKAGES = (
    "pandas scipy torch jax cupy dask sympy xarray tensorflow theano numba astropy pyarrow polars sklearn array types"
    " ctypes decimal cftime bottleneck netCDF4 h5py zarr sparse autograd mxnet paddle chainer skimage"
)
_TYPINGS = "typing_extensions compat types pytypes future mypy_extensions monkeytype attr pydantic_core beartype"
_ADVERBS = "Always Finally Once Never Eventually Still Exactly Loosely Deeply Strictly"
_OLD_TESTS = (
    "assertAlmostEquals assertEquals assertNotAlmostEquals assertNotEquals assertNotRegexpMatches assertRaisesRegexp"
    " assertRegexpMatches failIf failIfAlmostEqual failIfEqual failUnless failUnlessAlmostEqual"
    " failUnlessEqual failUnlessRaises"
)
_CLASSES = (
    "ActiveXObject XDomainRequest MutationEvent BlobBuilder StyleMedia URLUtils ApplicationCache SharedWorker WebSocket"
    " FormData FileReader KeyEvent TouchList NodeIterator XPathEvaluator"
)
_METHODS = "groupBy filter every some reduce find each eachSeries forOwn forIn mapValues times flatMap sortBy"


@dataclass(frozen=True, slots=True)
class _Template:
    """A bundled rule's file below rules/, and the exchanges of names: one for each rule that grows out of it."""

    path: str
    exchanges: tuple[Mapping[str, str], ...]


def _pairs(module: str, name: str, others: str) -> tuple[dict[str, str], ...]:
    parted = [other.split(".") for other in others.split()]
    return tuple({module: other_module, name: other_name} for other_module, other_name in parted)


def _single(name: str, others: str) -> tuple[dict[str, str], ...]:
    return tuple({name: other} for other in others.split())


def _renamed_tests(adverb: str) -> dict[str, str]:
    return {old: re.sub("(?<=assert)|(?<=fail)", adverb, old, count=1) for old in _OLD_TESTS.split()}


_PYTHON = (
    _Template("python/stdlib/lru_cache_arguments.py", _pairs("functools", "lru_cache", _FUNCTIONS)),
    _Template("python/stdlib/subprocess_universal_newlines.py", _pairs("subprocess", "universal_newlines", _ARGUMENTS)),
    _Template("python/numpy/numpy_builtin_alias.py", _single("numpy", _PACKAGES)),
    _Template("python/typing/deprecated_typing_alias.py", _single("typing", _TYPINGS)),
    _Template("python/stdlib/deprecated_unittest_alias.py", tuple(map(_renamed_tests, _ADVERBS.split()))),
)
_SEMGREP = (
    _Template("javascript/js-buffer-constructor.yaml", _single("Buffer", _CLASSES)),
    _Template("javascript/js-async-foreach.yaml", _single("forEach", _METHODS)),
    _Template("rust/rust-trim-left.yaml", _single("trim_left", "connect description abs_sub to_lower cause sub_ms")),
    _Template("rust/rust-trim-right.yaml", _single("trim_right", "checked_all max_value get_ref as_utf8 lines_any")),
    _Template("go/go-ioutil.yaml", _single("ioutil", "context exec atomic syslog rpc")),
    _Template("cpp/cpp-auto-ptr.yaml", _single("auto_ptr", "bind1st ptr_fun mem_fun random_shuffle unary_negate")),
)


def grow(bundled: Path, folder: Path) -> list[str]:
    """Write the grown rules below `folder`, which is empty; their ids, 130 for Python and 50 for semgrep."""
    written: list[str] = []
    for template in (*_PYTHON, *_SEMGREP):
        for number, exchange in enumerate(template.exchanges, 1):
            for name, text in _files(bundled / template.path, number, exchange):
                (folder / name).write_text(text, "utf-8")
            written.append(f"{_id(template)}-{number}")
    return written


def _id(template: _Template) -> str:
    return Path(template.path).stem.replace("_", "-")


def _files(path: Path, number: int, exchange: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The rule's file and, for semgrep, its examples, under the new name."""
    joint = "_" if path.suffix == ".py" else "-"
    names = dict(exchange) | {path.stem: f"{path.stem}{joint}{number}"}
    # Tags stay: they are about the catalogue, and must stay sorted.
    # Tags stay: they are about the catalogue, and must stay sorted. A name may follow an escape.
    either = "|".join(map(re.escape, names))
    words = re.compile(rf"^ *tags[=:].*|(?:(?<![\w-])|(?<=\\[nb]))(?:{either})(?![\w-])", re.MULTILINE)
    for file in [path] if path.suffix == ".py" else sorted(path.parent.glob(f"{path.stem}.*")):
        text = words.sub(lambda found: names.get(found.group(), found.group()), file.read_text("utf-8"))
        yield file.name.replace(path.stem, names[path.stem], 1), text

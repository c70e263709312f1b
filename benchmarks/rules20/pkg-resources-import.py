# ruleid: pkg-resources-import
import pkg_resources
# ruleid: pkg-resources-import
from pkg_resources import parse_version
# ok: pkg-resources-import
import importlib.metadata

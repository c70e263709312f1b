# ruleid: distutils-import
from distutils.version import LooseVersion
# ok: distutils-import
from packaging.version import Version

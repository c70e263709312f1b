# ruleid: mock-package-import
from mock import patch
# ok: mock-package-import
from unittest.mock import patch

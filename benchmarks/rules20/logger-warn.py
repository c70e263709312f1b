import logging

# ruleid: logger-warn
logging.warn("a")
# ok: logger-warn
logging.warning("a")

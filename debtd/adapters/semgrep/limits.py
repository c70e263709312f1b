"""Bounds that hold for both ways of running semgrep, so that both give up on the same files."""

MAX_FILE_BYTES = 1_000_000
LARGE_FILE_BYTES = 50_000
"""Files above are left out when a run is tried again."""

MAX_REPORT_BYTES = 64_000_000
MEMORY_BYTES = 4 << 30
"""Resident memory of all processes of one scan together."""

ENGINE_MEMORY_MIB = 2000
"""At which the engine itself gives up the file that it is reading."""

RULE_SECONDS = 10
RULE_TIMEOUTS = 3
"""A rule may take `RULE_SECONDS` on a file; a file on which so many rules took longer is given up."""

MINOR_HEAP = "s=4M"
"""In words, for OCAMLRUNPARAM. With the default of 256k a scan takes a fifth longer, on several cores twice as long."""

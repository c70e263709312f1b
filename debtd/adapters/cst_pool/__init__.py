"""LibCST rules over repository files, in killable children. Every class of hostile file ends as skipped(reason)."""

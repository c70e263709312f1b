"""Values and decisions of debtd. Standard library only; nothing here reads or writes anything."""

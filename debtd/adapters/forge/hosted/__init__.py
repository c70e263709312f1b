"""The Forge port over a forge's API: every step is looked up before it is made, and again after a lost answer."""

"""Programs that a row runs below a witness: work that no command of debtd or of a peer does by itself."""

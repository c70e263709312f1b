"""What must hold, counted from the forge's side. Each module looks at one kind of promise."""

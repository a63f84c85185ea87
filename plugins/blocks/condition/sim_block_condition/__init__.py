"""Continue along the first branch that holds."""

"""Plain forms: what was typed, what is wrong with it, and the same form again when it could not be saved."""

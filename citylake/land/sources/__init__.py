"""How each kind of source is pulled: one module each, with `pull(asked)` giving what is to be landed."""

"""What goes wrong on purpose: which units are struck, and what a fault does to a file."""

"""Exchange with outside systems: what is declared, what came and went, what is red."""

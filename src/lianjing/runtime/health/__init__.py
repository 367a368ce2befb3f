"""How the installation fares: faults with their remedies, and readings for those who watch it from outside."""

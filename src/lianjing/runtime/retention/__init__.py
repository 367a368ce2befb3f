"""How long papers are kept, what stops their disposal, and disposal itself: two persons, never the trail."""

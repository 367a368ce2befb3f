"""The forms of work injury, one a step, as form F20 and the papers name their fields."""

"""Rules of work injury: pure functions over facts and figures."""

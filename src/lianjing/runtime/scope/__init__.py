"""The data scope of every table that people are shown: one query method a model, and the acts a reader may see."""

"""The regulated process: diagram, interpreter, decision tables, expressions, working days, layout, soundness."""

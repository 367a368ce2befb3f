"""The forms of the steps of works, a file a procedure: definition, example, who fills it in."""

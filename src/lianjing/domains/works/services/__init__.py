"""The verbs of the steps of works, a file a procedure: each writes its records within one act."""

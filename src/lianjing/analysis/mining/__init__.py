"""Process analytics: where it waits, on whose desk, and what left the path, as SQL over one derived table `step`.

An event log has events of objects (matters, cases); a step is an event with the next one of the same object. All
questions of this folder read `step`; what they return are frozen rows with codes already turned into names.
"""

"""Works in the open standards: contracting processes as OCDS, projects as OC4IDS, both ways.

`facts` is what both standards and our tables can say; `reader` and `writer` move it out of and into the tables,
`ocds_*` and `oc4ids_*` are pure mappings between facts and plain dicts.
"""

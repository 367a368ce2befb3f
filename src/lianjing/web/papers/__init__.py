"""Papers for print: one description of a paper, three renderings (page, PDF, Word) in the layout of GB/T 9704-2012.

The words of a paper are Chinese whatever language its reader has chosen: it is an official paper, not a screen.
"""

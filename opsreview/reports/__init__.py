"""The last step: the notebooks of a cycle are run, and what they show becomes pages.

``notebooks`` runs them (papermill), ``html`` turns one into a page (nbconvert), ``pages`` writes
a cycle's folder of pages, the self-contained copies and the team's index. Importing this package
costs nothing: papermill, nbconvert and Jupyter are imported when a notebook is run or a page made.
"""

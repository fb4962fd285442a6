"""The operating model held against a checkout: is there what it says, and is that kept true?

claims      what the model says the repository has
repository  the checkout as the checks see it: each file read once
markdown    headings, anchors and links of a page
paths, headings, commands, named_tests, workflows, owners, links   one kind of thing each
pages       documentation too old, or older than the code it covers
unmentioned what the repository has and the model does not speak of
check       surfaces: all of it, as remarks
"""

from opsreview.operating_model.surfaces.check import surfaces

__all__ = ["surfaces"]

"""What leaves the outputs folder: runbook pages, the cycle's issue, a change's pull request.

Everything here is text made from data: no network, no files but the runbook's own pages.
"""

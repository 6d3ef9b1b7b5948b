"""The classroom: what teachers and students get from the same sources as the site.

This file imports nothing, so that `analysis.teaching.checks` can be used where only the standard library is at hand.
"""

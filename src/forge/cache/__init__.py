"""Answers that are kept between calls, under `.git/forge/cache/`; every file there may be deleted.

`fingerprint` identifies forge's own code, `stamps` an unchanged file, `store` is the file format.
"""

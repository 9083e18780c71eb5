"""What all documents and runs say of themselves in a line each, kept in one file and brought up to
date by what changed.
"""

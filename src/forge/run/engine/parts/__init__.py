"""The parts of an open run: its log, branch, record, work tree, and requests from other shells."""

"""What a command is about to change in the work tree, kept on disk until it is done: after a crash
the next command takes it back, so that all of it is there or nothing.
"""

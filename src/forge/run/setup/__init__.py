"""What comes before there are plans: settings, a demonstration, and whether everything needed is
there.
"""

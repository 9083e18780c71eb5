"""`forge doctor`: checks whether everything that forge needs is there, and changes nothing."""

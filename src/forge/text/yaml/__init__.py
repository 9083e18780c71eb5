"""YAML with positions: parsing, editing, and repairing text that does not parse."""

"""The rules that documents are held to."""

"""Source code as text: comments and strings masked, syntax trees by tree-sitter."""

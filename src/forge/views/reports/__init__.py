"""Reports on runs, plans, phases and missions, as Markdown or as one HTML file."""

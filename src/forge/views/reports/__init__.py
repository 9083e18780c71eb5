"""Pages for people who were not there: a report as Markdown or as one HTML file."""

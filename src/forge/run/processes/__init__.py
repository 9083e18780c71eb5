"""Running the programs of a run: supervision, evidence, and cleaning up what they leave."""

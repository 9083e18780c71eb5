"""The events of a run and the state they fold into."""

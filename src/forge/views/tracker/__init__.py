"""The state of missions, phases, plans and backlog items, and what can start next."""

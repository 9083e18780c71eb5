"""Effects: executing plans, controlling runs, approvals, runners, and the record that they
leave.
"""

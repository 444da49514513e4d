"""The pure part: spaces, plans, descriptions and outcomes. Standard library and numpy only."""

"""The panel: widgets that a notebook shows, and what they exchange with it."""

"""``%xyz``: the whole loop from a line."""

"""Carrying out a plan: where calls are made, in which batches, and what is shown meanwhile."""

"""From outcomes to labelled data: datasets, tables and tuples, what is there, and old with new."""

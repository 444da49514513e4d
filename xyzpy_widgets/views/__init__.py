"""Views: from data and wishes to plots and static HTML."""

"""Files: names, atomic writing, exact types. Nothing is merged here."""

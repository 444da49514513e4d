"""What people type, read and written: values, and whole lines."""

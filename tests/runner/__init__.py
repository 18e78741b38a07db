"""What `tests/run` is made of: processes, results, the parts and how they run beside each other."""

"""What was done to the tables, in order; checked in, and run once by `sim_core.store.migrate`."""

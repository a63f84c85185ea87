"""The service that carries the rooms: connections, and what happens to a workflow, live."""

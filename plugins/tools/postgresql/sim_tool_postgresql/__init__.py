"""PostgreSQL: query a database of your own."""

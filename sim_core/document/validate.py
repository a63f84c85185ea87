"""Everything that is wrong with a document, before it runs."""

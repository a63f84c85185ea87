"""S3: objects in buckets, at AWS or any compatible store."""

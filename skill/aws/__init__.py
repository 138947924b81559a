"""How Amazon's web services are asked: credentials, signatures, and calls that end in time."""

"""Settings of a person: providers, and the secrets that they need."""

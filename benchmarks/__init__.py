"""How fast and how large the connector is, always against something measured in the same run."""

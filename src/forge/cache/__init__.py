"""What every cache shares: fingerprints, file stamps, one store."""

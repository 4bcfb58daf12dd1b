"""One file a version; the number says their order."""

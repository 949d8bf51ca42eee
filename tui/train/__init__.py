"""The Train screen: whether a run is worth it, the run as it goes, the verdict, the versions compared."""

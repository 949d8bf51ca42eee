"""The pieces screens are made of, one a file. A widget shows what it is given and owns no state of the session."""

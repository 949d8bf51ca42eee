"""What all screens share: the base of a screen, header and bottom line, help, forms, lists."""

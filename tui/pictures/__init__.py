"""The pictures of the screens, made by the app itself, in the README and for the tests: `make pictures`."""

"""The tables, as numbered migrations that are never edited; an older database is copied before it is changed."""

"""Correcting transcripts: what a person does at the desk, and what helps them to do it soon and well."""

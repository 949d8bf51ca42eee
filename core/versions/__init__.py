"""Versions of the models: which are in use (`active`), made and promoted (`registry`), let in (`gate`), compared.

Whoever needs a recogniser, a tutor or a voice asks `active`; nobody else in the app looks for one, reads the
environment for one, or makes one. After a promotion `rehear` transcribes again what waits to be corrected.
"""

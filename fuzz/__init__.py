"""Fuzzing: bytes that nobody would write, against everything that reads them.

``python -m fuzz all --seconds 60`` runs every target for a minute; see ``fuzz/README.md``.
"""

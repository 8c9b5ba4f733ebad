"""How fast and how right wamigrate is, beside its peers: ``python -m benchmarks`` says how to run each part.

Nothing here is installed with the package. The chats are invented by :mod:`benchmarks.corpus`, which
knows the truth about every message, so that reading can be scored.
"""

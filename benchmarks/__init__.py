"""How fast Karaul is, each figure beside the limit of the same machine and run.

``make bench`` measures (``docs/performance.md`` says how to read it); ``tests/bench``
holds the small forms: query counts, plans, and that this harness works.
"""

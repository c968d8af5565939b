"""How much the harnesses try: little in ``make test``, more in ``make leaks``."""

import os

IS_LONG = "KARAUL_LEAKS_EXAMPLES" in os.environ
# Of the oracle: how often it begins anew, and how many steps it then takes.
EXAMPLES = int(os.environ.get("KARAUL_LEAKS_EXAMPLES", "2"))
STEPS = int(os.environ.get("KARAUL_LEAKS_STEPS", "14"))
# Of the crawl: rows that each address is tried with, which ones goes round; and
# links with a query that are followed, for each person.
ROWS_SEEN = 3 if IS_LONG else 1
ROWS_HIDDEN = 2 if IS_LONG else 1
LINKS = 200 if IS_LONG else 15
# Of the two worlds: records that one of them hides.
HIDDEN = int(os.environ.get("KARAUL_HIDDEN", "40"))

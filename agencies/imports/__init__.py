"""Files of absences, papers and assets, in and out."""

from agencies.imports.kinds import TABLES
from agencies.imports.sheets import decoded, read
from agencies.imports.table import Fault, Plan, Step, Table

__all__ = ["TABLES", "Fault", "Plan", "Step", "Table", "decoded", "read"]

"""The one form of a date in English: 22 Nov 2026, 14:05 +06.

Day, month in letters, year: nobody between Dushanbe and Vienna reads it otherwise.
A moment carries its offset from UTC. ``static/js/clock.js`` writes the same.
Templates say ``{{ moment }}``, without a format of their own.
"""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i T"

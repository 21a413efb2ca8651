"""An excerpt of the time zone database's zone1970.tab, typed by hand: comments above and between, a header in the last
of those above, and the last field left out where a country has one zone."""

ABOVE = """\
# tzdb timezone descriptions
#
# This file contains a table where each row stands for a timezone. Columns are separated by
# a single tab. Lines beginning with '#' are comments; a "quoted word doesn't end.
#
#country-
#codes\tcoordinates\tTZ\tcomments
"""
RECORDS = """\
AD\t+4230+00131\tEurope/Andorra
AE,OM,RE,SC,TF\t+2518+05518\tAsia/Dubai\tCrozet
AF\t+3431+06912\tAsia/Kabul
AQ\t-6617+11031\tAntarctica/Casey\tCasey
AQ\t-6835+07758\tAntarctica/Davis\tDavis
# From Paul Eggert (2018-06-27): below stand countries of the south.
AR\t-3436-05827\tAmerica/Argentina/Buenos_Aires\tBuenos Aires (BA, CF)
AU\t-3157+11551\tAustralia/Perth\tWestern Australia (most areas)
BD\t+2343+09025\tAsia/Dhaka
"""
ZONES = (ABOVE + RECORDS).encode()
NAMES = ["codes", "coordinates", "TZ", "comments"]
FORM = {"kind": "csv", "delimiter": "\t", "comment": "#", "header": NAMES, "short_rows": "fill"}
ROWS = [
    ["AD", "+4230+00131", "Europe/Andorra", ""],
    ["AE,OM,RE,SC,TF", "+2518+05518", "Asia/Dubai", "Crozet"],
    ["AF", "+3431+06912", "Asia/Kabul", ""],
    ["AQ", "-6617+11031", "Antarctica/Casey", "Casey"],
    ["AQ", "-6835+07758", "Antarctica/Davis", "Davis"],
    ["AR", "-3436-05827", "America/Argentina/Buenos_Aires", "Buenos Aires (BA, CF)"],
    ["AU", "-3157+11551", "Australia/Perth", "Western Australia (most areas)"],
    ["BD", "+2343+09025", "Asia/Dhaka", ""],
]

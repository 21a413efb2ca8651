-- One row per indicator of the domain, touched period, area and group.

{{ indicator_values('governance') }}

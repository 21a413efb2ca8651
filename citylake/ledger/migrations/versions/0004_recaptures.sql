-- A source may be asked again for days that came already: a request like any other, with its reason.

alter table ledger.requests drop constraint requests_kind_check;
alter table ledger.requests add constraint requests_kind_check
    check (kind in ('backfill', 'readmit', 'waiver', 'code', 'recapture'));

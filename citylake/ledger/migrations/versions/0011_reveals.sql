-- Sealed values that were opened: by whom, of which rows and columns, and why. Never a value.

create table ledger.reveals (
    reveal_id text primary key,
    delivery_id text not null references ledger.deliveries,
    source_rows bigint [] not null,
    source_columns text [] not null,
    value_count integer not null,
    because text not null,
    revealed_by text not null,
    revealed_at timestamptz not null default clock_timestamp()
);

comment on table ledger.reveals is 'One row per time that sealed values of a delivery were opened, noted before they were shown';
comment on column ledger.reveals.source_rows is 'Records of the file, numbered as in the file, the header not counted';
comment on column ledger.reveals.source_columns is 'Columns of the file';

-- What is noted stays: nobody may change or delete it.
grant select, insert on ledger.reveals to steward;

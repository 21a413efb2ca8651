-- What deliveries looked like, so that later ones can be compared; and what stewards decided about held ones.

create table ledger.profiles (
    delivery_id text primary key references ledger.deliveries,
    records bigint not null,
    columns jsonb not null,
    made_at timestamptz not null default clock_timestamp()
);

comment on table ledger.profiles is
    'One row per admitted delivery: shares, quartiles and frequent values of its first rows by source column; never a value of a personal column';

create table ledger.decisions (
    decision_id text primary key,
    delivery_id text not null,
    attempt integer not null,
    decision text not null check (decision in ('release', 'reject')),
    because text not null check (length(because) >= 5),
    decided_by text not null,
    decided_at timestamptz not null default clock_timestamp(),
    foreign key (delivery_id, attempt) references ledger.admissions,
    unique (delivery_id, attempt)
);

comment on table ledger.decisions is
    'One row per decision about a delivery that an attempt held; the unique key tells the second steward of the first';

grant select on ledger.profiles, ledger.decisions to land, admit, conform, publish, steward;
grant insert, update on ledger.profiles to admit;
grant delete on ledger.profiles to admit;
grant insert on ledger.decisions to steward;

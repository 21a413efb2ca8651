-- One person erased: who it was is known by a keyed hash, and what was taken out of landing by the hashes of bytes.

create table ledger.erasures (
    erasure_id text primary key,
    domain text not null,
    hashes text[] not null,
    because text not null check (length(because) > 0),
    asked_by text not null,
    asked_at timestamptz not null default clock_timestamp(),
    looked_at timestamptz,
    finished_at timestamptz,
    unique (domain, hashes)
);

comment on table ledger.erasures is 'One row per person erased of a linkage domain; never the value, nor its pseudonym';
comment on column ledger.erasures.hashes is 'Keyed hashes of the value, by which admission knows its records';
comment on column ledger.erasures.looked_at is 'When all deliveries that were there had been looked through';
comment on column ledger.erasures.finished_at is 'When nothing was left of it in the lake, older snapshots included';

create table ledger.rewritings (
    delivery_id text not null references ledger.deliveries,
    erasure_id text not null references ledger.erasures,
    sha256_before text not null,
    sha256_after text not null,
    size_bytes bigint not null,
    records_erased bigint not null,
    records_left bigint not null,
    status_before text,
    run_id text not null,
    begun_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    primary key (delivery_id, erasure_id)
);

comment on table ledger.rewritings is 'One row per delivery out of whose bytes in landing the records of an erased person were taken';
comment on column ledger.rewritings.size_bytes is 'Of the object as it is kept since';
comment on column ledger.rewritings.status_before is 'Its outcome then: admitted, held, repeated; null where it waited';

grant usage on schema ledger to erase;
grant select on all tables in schema ledger to erase;
grant execute on function ledger.clock_now() to erase;
grant insert, update on ledger.runs, ledger.rewritings to erase;
grant insert, update on ledger.erasures to erase;
grant insert on ledger.requests, ledger.forgettings to erase;
grant select on ledger.erasures, ledger.rewritings to land, admit, conform, publish, retain, steward;

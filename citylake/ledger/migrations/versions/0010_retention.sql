-- Retention: what is past it is deleted, what would have to be made of it is sealed, and a certificate says so.

create table ledger.kept_from (
    table_id text primary key,
    day date not null,
    changed_at timestamptz not null default clock_timestamp()
);

comment on table ledger.kept_from is 'One row per table of which days are past retention: rows of days before `day` are deleted';

create table ledger.expired_deliveries (
    delivery_id text primary key references ledger.deliveries,
    run_id text not null,
    expired_at timestamptz not null default clock_timestamp()
);

comment on table ledger.expired_deliveries is
    'One row per delivery that is past retention: its bytes in landing, its rows and what is known of its values are deleted';

create table ledger.certificates (
    certificate_id text primary key,
    run_id text not null,
    table_id text not null,
    kept_for interval not null,
    kept_from date not null,
    clock_at timestamptz not null,
    deliveries integer not null,
    rows_deleted bigint not null,
    objects_deleted bigint not null,
    objects_left bigint not null,
    listing_sha256 text not null,
    issued_at timestamptz not null default clock_timestamp()
);

comment on table ledger.certificates is
    'One row per time that something of a table was deleted because it was past retention';
comment on column ledger.certificates.rows_deleted is 'Rows of days before kept_from, of the table and of its quarantine';
comment on column ledger.certificates.objects_deleted is 'Objects that were listed before and not after, in landing and in the lake';
comment on column ledger.certificates.listing_sha256 is 'SHA-256 of the keys that were listed after, sorted, one a line';

create or replace view ledger.waiting as
-- One row per delivery that has no outcome yet, whose re-admission was requested since, or that was found
-- to repeat another and no longer does: a delivery that arrived between the two was admitted after both.
select deliveries.*
from ledger.deliveries
left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
where
    not exists (
        select 1 from ledger.expired_deliveries where expired_deliveries.delivery_id = deliveries.delivery_id
    )
    and (
        outcomes.delivery_id is null
        or exists (
            select 1 from ledger.requests
            where
                requests.kind = 'readmit' and requests.status = 'accepted'
                and requests.delivery_id = deliveries.delivery_id
                and requests.accepted_at > outcomes.started_at
        )
        or exists (
            select 1
            from ledger.deliveries as original
            inner join ledger.feeds on feeds.feed_id = original.feed_id
            inner join ledger.delivery_partitions as ours on ours.delivery_id = original.delivery_id
            inner join ledger.delivery_partitions as theirs on theirs.partition = ours.partition
            inner join ledger.deliveries as between_them on between_them.delivery_id = theirs.delivery_id
            where
                original.delivery_id = outcomes.repeats
                and between_them.feed_id = original.feed_id
                and (between_them.sender = original.sender or feeds.delivers = 'everything')
                and (between_them.arrived_at, between_them.delivery_id) > (original.arrived_at, original.delivery_id)
                and (between_them.arrived_at, between_them.delivery_id) < (outcomes.arrived_at, outcomes.delivery_id)
        )
        or (
            select original.status from ledger.admissions as original
            where original.delivery_id = outcomes.repeats
            order by original.attempt desc
            limit 1
        ) <> 'admitted'
    );

grant usage on schema ledger to retain;
grant select on all tables in schema ledger to retain;
grant execute on function ledger.clock_now() to retain;
grant insert, update on ledger.runs to retain;
grant insert, update on ledger.kept_from to retain;
grant insert on ledger.expired_deliveries, ledger.certificates, ledger.seals to retain;
grant delete on ledger.profiles to retain;
grant select on ledger.kept_from, ledger.expired_deliveries, ledger.certificates to land, admit, conform, publish, steward;

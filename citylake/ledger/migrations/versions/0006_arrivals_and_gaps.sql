-- Which days deliveries brought, and which gaps were told.

create view ledger.arrivals as
-- One row per delivery with what became of it, as far as its sender is concerned; not of those a steward rejected.
select
    deliveries.feed_id, deliveries.sender, deliveries.delivery_id, deliveries.name, deliveries.arrived_at,
    case
        when outcome.status is null or decisions.decision = 'release' then 'waiting'
        when outcome.status = 'held' then 'held'
        when
            outcome.status = 'admitted' and outcome.records_admitted = 0 and outcome.records_quarantined > 0
            then 'quarantined'
        else 'came'
    end as state
from ledger.deliveries
-- One look into the key for each delivery: as quick whatever the planner believes of the tables.
left join lateral (
    select
        admissions.delivery_id, admissions.attempt, admissions.status, admissions.records_admitted,
        admissions.records_quarantined
    from ledger.admissions
    where admissions.delivery_id = deliveries.delivery_id
    order by admissions.attempt desc
    limit 1
) as outcome on true
left join ledger.decisions
    on decisions.delivery_id = outcome.delivery_id and decisions.attempt = outcome.attempt
    and outcome.status = 'held'
where decisions.decision is distinct from 'reject';

create view ledger.brought as
-- One row per admitted delivery and business day it brought: a day its name covers, or one of which it has at
-- least a hundredth of the rows of its fullest day. A few late rows of yesterday are not yesterday's file, and a
-- delivery all of whose rows were refused brought no day.
select
    deliveries.feed_id, deliveries.sender, deliveries.delivery_id, deliveries.arrived_at,
    delivery_partitions.partition, delivery_partitions.record_count
from ledger.delivery_partitions
inner join ledger.deliveries on deliveries.delivery_id = delivery_partitions.delivery_id
inner join ledger.feeds on feeds.feed_id = deliveries.feed_id
inner join (
    select delivery_id, max(record_count) as record_count
    from ledger.delivery_partitions
    group by delivery_id
) as fullest on fullest.delivery_id = delivery_partitions.delivery_id
where
    delivery_partitions.partition <> 'all'
    and (
        jsonb_typeof(feeds.declaration -> 'covers') = 'object'
        or delivery_partitions.record_count * 100 >= fullest.record_count
    )
    and (
        delivery_partitions.record_count > 0
        or 'came' = (
            select arrivals.state from ledger.arrivals
            where arrivals.delivery_id = delivery_partitions.delivery_id
        )
    );

create table ledger.told_gaps (
    feed_id text not null,
    slot text not null,
    sender text not null,
    senders integer not null,
    deadline_at timestamptz not null,
    told_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz,
    closed_as text,
    closed_by text references ledger.deliveries,
    primary key (feed_id, slot, sender),
    check ((closed_at is null) = (closed_as is null))
);

create index on ledger.told_gaps (feed_id) where closed_at is null;

comment on table ledger.told_gaps is
    'One row per missing slot that was told: a day, or the begin of a run of hours or minutes; the sender is empty where it has no name yet';

-- A feed's day ends at midnight of its own zone, as its business date does; the city's where none is declared.
create or replace view ledger.readiness as
-- One row per driven output partition and driving or windowed feed: whether all senders came or the deadline passed.
with due as (
    select
        feeds.feed_id, feeds.senders, versions.table_id as input_table, versions.partition,
        ((versions.partition::date + 1)::timestamp at time zone coalesce(
            feeds.declaration -> 'format' ->> 'timezone', lake.timezone
        )) + make_interval(secs => extract(epoch from feeds.deadline)::double precision) as deadline_at
    from ledger.feeds
    inner join ledger.versions
        on versions.table_id = 'admitted.' || feeds.feed_id and versions.partition <> 'all'
    cross join ledger.lake
)

select
    table_inputs.table_id, due.partition, due.feed_id,
    count(distinct current_deliveries.sender) as senders_came, due.senders as senders_declared,
    due.deadline_at,
    count(distinct current_deliveries.sender) >= due.senders or due.deadline_at <= ledger.clock_now() as is_ready
from ledger.table_inputs
inner join due on due.input_table = table_inputs.input_table
left join ledger.current_deliveries
    on current_deliveries.feed_id = due.feed_id and current_deliveries.partition = due.partition
where table_inputs.drives
group by table_inputs.table_id, due.partition, due.feed_id, due.senders, due.deadline_at;

grant select on ledger.brought, ledger.arrivals, ledger.told_gaps to land, admit, conform, publish, steward;
grant insert, update on ledger.told_gaps to land;

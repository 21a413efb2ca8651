-- Times may be written in another zone than that whose days they are of (`partition.zone`): a day ends at the midnight of
-- the latter.
create or replace view ledger.readiness as
-- One row per driven output partition and driving or windowed feed: whether all senders came or the deadline passed.
with due as (
    select
        feeds.feed_id, feeds.senders, versions.table_id as input_table, versions.partition,
        ((versions.partition::date + 1)::timestamp at time zone coalesce(
            feeds.declaration -> 'partition' ->> 'zone', feeds.declaration -> 'format' ->> 'timezone', lake.timezone
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

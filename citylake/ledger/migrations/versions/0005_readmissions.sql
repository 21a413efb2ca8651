-- Re-admissions: while one is under way nothing is made of the feed's rows; what it must leave no trace of is forgotten.

create index on ledger.requests (delivery_id) where kind = 'readmit';

create view ledger.readmissions as
-- One row per delivery whose re-admission is asked for and has not happened since.
select deliveries.delivery_id, deliveries.feed_id, max(requests.accepted_at) as accepted_at
from ledger.requests
inner join ledger.deliveries on deliveries.delivery_id = requests.delivery_id
left join lateral (
    select admissions.started_at
    from ledger.admissions
    where admissions.delivery_id = requests.delivery_id
    order by admissions.attempt desc
    limit 1
) as outcome on true
where
    requests.kind = 'readmit' and requests.status = 'accepted'
    and requests.accepted_at > coalesce(outcome.started_at, '-infinity')
group by deliveries.delivery_id, deliveries.feed_id;

alter table ledger.feeds add column settled_version text;

comment on column ledger.feeds.settled_version is
    'The feed file of which it was last found that no row of another meaning stands beside its own';

create table ledger.forgettings (
    forgetting_id text primary key,
    feed_id text not null,
    reason text not null check (length(reason) > 0),
    asked_by text not null,
    asked_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    objects_deleted bigint
);

comment on table ledger.forgettings is
    'One row per time that everything but a feed''s current rows must go: older snapshots, their files, files of killed runs';

create or replace view ledger.stale as
-- One row per output partition that should be made again, and why.
with expected as materialized (
    select
        table_id, partition,
        md5(string_agg(
            input_table || '@' || input_partition || '#' || input_version, ',' order by input_table, input_partition
        )) as fingerprint
    from ledger.expected_inputs
    group by table_id, partition
),

requested as materialized (
    select
        expected.table_id, expected.partition, max(requests.accepted_at) as accepted_at,
        string_agg(requests.reason, '; ' order by requests.accepted_at) as reason
    from ledger.requests
    inner join expected
        on expected.table_id = requests.table_id
        and (
            expected.partition = 'all'
            or expected.partition between requests.partition_from and requests.partition_to
        )
    left join ledger.versions
        on versions.table_id = expected.table_id and versions.partition = expected.partition
    where
        requests.status = 'accepted' and requests.kind <> 'readmit'
        and requests.accepted_at > coalesce(versions.changed_at, '-infinity')
    group by expected.table_id, expected.partition
),

-- Materialized: computed once, not once for each row it is compared with.
unready as materialized (
    select distinct table_id, partition
    from ledger.readiness
    where not is_ready
),

-- Every whole input must have come once, or the join would be made against nothing and made again.
without_whole_input as materialized (
    select distinct table_inputs.table_id
    from ledger.table_inputs
    where
        table_inputs.as_of
        and not exists (
            select 1 from ledger.versions as present where present.table_id = table_inputs.input_table
        )
),

-- Half of a feed's rows would be as an earlier feed file made them, half as the one in force does.
held_back as materialized (
    select distinct table_inputs.table_id
    from ledger.readmissions
    inner join ledger.table_inputs on table_inputs.input_table = 'admitted.' || readmissions.feed_id
)

select
    expected.table_id, expected.partition, expected.fingerprint,
    case
        when requested.reason is not null then 'requested: ' || requested.reason
        when versions.version is null then 'never made'
        else 'inputs changed'
    end as reason
from expected
left join ledger.versions
    on versions.table_id = expected.table_id and versions.partition = expected.partition
left join requested
    on requested.table_id = expected.table_id and requested.partition = expected.partition
left join ledger.blocks
    on blocks.table_id = expected.table_id and blocks.partition = expected.partition
left join ledger.seals
    on seals.table_id = expected.table_id and seals.partition = expected.partition
left join unready
    on unready.table_id = expected.table_id and unready.partition = expected.partition
left join without_whole_input on without_whole_input.table_id = expected.table_id
left join held_back on held_back.table_id = expected.table_id
where
    (versions.fingerprint is distinct from expected.fingerprint or requested.reason is not null)
    and seals.table_id is null
    and (
        blocks.fingerprint is distinct from expected.fingerprint
        or requested.accepted_at > blocks.blocked_at
    )
    and unready.table_id is null
    and without_whole_input.table_id is null
    and held_back.table_id is null;

grant select on ledger.readmissions, ledger.forgettings to land, admit, conform, publish, steward;
grant insert on ledger.forgettings to steward;
grant update (done_at, objects_deleted) on ledger.forgettings to admit;

-- What should be made again, found in time that grows with the rows and not with their square, whatever the
-- planner believes of tables that were never analysed.

create or replace view ledger.expected_inputs as
-- One row per output partition and input partition it should have been made from, with the version now.
with driven as materialized (
    select distinct table_inputs.table_id, versions.partition
    from ledger.table_inputs
    inner join ledger.tables on tables.table_id = table_inputs.table_id and tables.partitioned
    inner join ledger.versions on versions.table_id = table_inputs.input_table and versions.partition <> 'all'
    where table_inputs.drives
    union
    select tables.table_id, versions.partition
    from ledger.tables
    inner join ledger.versions on versions.table_id = tables.table_id
    where tables.partitioned
    union
    select distinct table_inputs.table_id, 'all'
    from ledger.table_inputs
    inner join ledger.tables on tables.table_id = table_inputs.table_id and not tables.partitioned
    inner join ledger.versions on versions.table_id = table_inputs.input_table
),

-- The days of a windowed input, one by one, so that versions are found by their key.
wanted as materialized (
    select
        driven.table_id, driven.partition, table_inputs.input_table,
        to_char(driven.partition::date + shift.days, 'YYYY-MM-DD') as input_partition
    from driven
    inner join ledger.table_inputs on table_inputs.table_id = driven.table_id and not table_inputs.as_of
    cross join lateral generate_series(-table_inputs.days_before, table_inputs.days_after) as shift (days)
    where driven.partition <> 'all'
)

select
    wanted.table_id, wanted.partition, wanted.input_table, wanted.input_partition,
    versions.version as input_version
from wanted
inner join ledger.versions
    on versions.table_id = wanted.input_table and versions.partition = wanted.input_partition
union all
select
    driven.table_id, driven.partition, versions.table_id as input_table,
    versions.partition as input_partition, versions.version as input_version
from driven
inner join ledger.table_inputs
    on table_inputs.table_id = driven.table_id and (table_inputs.as_of or driven.partition = 'all')
inner join ledger.versions on versions.table_id = table_inputs.input_table;

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
where
    (versions.fingerprint is distinct from expected.fingerprint or requested.reason is not null)
    and seals.table_id is null
    and (
        blocks.fingerprint is distinct from expected.fingerprint
        or requested.accepted_at > blocks.blocked_at
    )
    and unready.table_id is null
    and without_whole_input.table_id is null;

-- The ledger: what happened to every delivery and every partition of the lake.

create table ledger.lake (
    one boolean primary key default true check (one),
    city text not null,
    clock text not null check (clock in ('wall', 'replay')),
    timezone text not null,
    replay_at timestamptz
);

comment on table ledger.lake is 'One row: whose lake this is and which clock it follows';

create table ledger.runs (
    run_id text primary key,
    verb text not null,
    subject text not null,
    caller text not null,
    code_version text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    status text not null default 'running' check (status in ('running', 'done', 'failed')),
    row_count bigint,
    message text
);

comment on table ledger.runs is 'One row per execution of a verb; caller is airflow:<dag>/<run>/<task>/<try> or cli:<user>';

create table ledger.feeds (
    feed_id text primary key,
    feed_version text not null,
    declaration jsonb not null,
    delivers text not null,
    senders integer not null,
    deadline interval not null,
    partition_by text,
    declared_at timestamptz not null default clock_timestamp()
);

comment on table ledger.feeds is 'One row per feed file in force, as last synchronised';

create table ledger.feed_versions (
    feed_id text not null,
    feed_version text not null,
    declaration jsonb not null,
    first_seen_at timestamptz not null default clock_timestamp(),
    primary key (feed_id, feed_version)
);

comment on table ledger.feed_versions is 'One row per content of a feed file that ever admitted a delivery';

create table ledger.deliveries (
    delivery_id text primary key,
    feed_id text not null,
    sender text not null,
    name text not null,
    source_uri text not null,
    source_version text not null,
    landing_uri text not null,
    size_bytes bigint not null,
    sha256 text not null,
    compression text not null,
    encoding text not null,
    arrived_at timestamptz not null,
    landed_at timestamptz not null default clock_timestamp(),
    run_id text not null,
    unique (feed_id, source_uri, source_version)
);

create index on ledger.deliveries (feed_id, arrived_at);
create index on ledger.deliveries (feed_id, sender, sha256);

comment on table ledger.deliveries is 'One row per delivery kept in the landing bucket';

create table ledger.admissions (
    delivery_id text not null references ledger.deliveries,
    attempt integer not null,
    status text not null check (status in ('admitted', 'held', 'repeated')),
    records_parsed bigint not null,
    records_admitted bigint not null,
    records_quarantined bigint not null,
    records_held bigint not null,
    records_erased bigint not null,
    rule_counts jsonb not null,
    null_counts jsonb not null,
    drift jsonb not null,
    reasons jsonb not null,
    repeats text references ledger.deliveries,
    covers_from date,
    covers_to date,
    admitted_snapshot bigint,
    quarantine_snapshot bigint,
    feed_version text not null,
    run_id text not null,
    known_at timestamptz not null,
    started_at timestamptz not null,
    committed_at timestamptz not null default clock_timestamp(),
    primary key (delivery_id, attempt),
    check (records_parsed = records_admitted + records_quarantined + records_held + records_erased)
);

comment on table ledger.admissions is 'One row per committed admission of a delivery; the last attempt is its outcome';

create table ledger.delivery_partitions (
    delivery_id text not null references ledger.deliveries,
    partition text not null,
    record_count bigint not null,
    primary key (delivery_id, partition)
);

create index on ledger.delivery_partitions (partition);

comment on table ledger.delivery_partitions is 'One row per partition that the last admission of a delivery has rows in or covers';

create table ledger.tables (
    table_id text primary key,
    kind text not null check (kind in ('conformed', 'marts')),
    partitioned boolean not null,
    declaration jsonb not null,
    declared_at timestamptz not null default clock_timestamp()
);

comment on table ledger.tables is 'One row per declared output: a conformed table, or the marts of a domain';

create table ledger.table_inputs (
    table_id text not null references ledger.tables on delete cascade,
    input_table text not null,
    days_before integer not null check (days_before >= 0),
    days_after integer not null check (days_after >= 0),
    as_of boolean not null,
    drives boolean not null,
    primary key (table_id, input_table)
);

comment on table ledger.table_inputs is
    'One row per input of an output; partition d reads input days d - days_before .. d + days_after, or the whole input where as_of';

create table ledger.versions (
    table_id text not null,
    partition text not null,
    version bigint not null,
    fingerprint text,
    row_count bigint,
    snapshot_id bigint,
    run_id text not null,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (table_id, partition)
);

comment on table ledger.versions is 'One row per partition of every table: how often its content was replaced, and from which inputs';

create table ledger.version_log (
    table_id text not null,
    partition text not null,
    version bigint not null,
    run_id text not null,
    delivery_id text,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (table_id, partition, version)
);

comment on table ledger.version_log is 'One row per version a partition ever had, with the run and, for admitted tables, the delivery that caused it';

create table ledger.inputs_used (
    table_id text not null,
    partition text not null,
    version bigint not null,
    input_table text not null,
    input_partition text not null,
    input_version bigint not null,
    primary key (table_id, partition, version, input_table, input_partition)
);

comment on table ledger.inputs_used is 'One row per input partition that a version of an output partition was made from';

create table ledger.requests (
    request_id text primary key,
    kind text not null check (kind in ('backfill', 'readmit', 'waiver', 'code')),
    table_id text not null,
    partition_from text,
    partition_to text,
    delivery_id text references ledger.deliveries,
    status text not null check (status in ('staged', 'accepted', 'cancelled')),
    reason text not null check (length(reason) > 0),
    requested_by text not null,
    requested_at timestamptz not null default clock_timestamp(),
    accepted_at timestamptz,
    difference jsonb
);

comment on table ledger.requests is 'One row per request to make partitions or an admission again, with its reason';

create table ledger.blocks (
    table_id text not null,
    partition text not null,
    fingerprint text not null,
    reason text not null,
    run_id text not null,
    blocked_at timestamptz not null default clock_timestamp(),
    primary key (table_id, partition)
);

comment on table ledger.blocks is 'One row per output partition that failed on these very inputs: not tried again until they change or someone asks';

create table ledger.seals (
    table_id text not null,
    partition text not null,
    reason text not null,
    sealed_at timestamptz not null default clock_timestamp(),
    primary key (table_id, partition)
);

comment on table ledger.seals is 'One row per output partition whose inputs are past retention and which is never made again';

create table ledger.publications (
    publication_id text primary key,
    domain text not null,
    status text not null check (status in ('published', 'refused')),
    run_id text not null,
    known_at timestamptz not null,
    published_at timestamptz not null default clock_timestamp(),
    partitions jsonb not null,
    row_counts jsonb not null
);

comment on table ledger.publications is 'One row per publication of a domain''s marts, refused ones included';

create table ledger.publication_causes (
    publication_id text not null references ledger.publications,
    partition text not null,
    delivery_id text not null references ledger.deliveries,
    primary key (publication_id, partition, delivery_id)
);

comment on table ledger.publication_causes is 'One row per delivery that made a publication replace an already published partition';

create table ledger.check_results (
    run_id text not null,
    table_name text not null,
    check_id text not null,
    description text not null,
    severity text not null,
    success boolean not null,
    observed jsonb not null,
    report_uri text,
    checked_at timestamptz not null default clock_timestamp(),
    primary key (run_id, check_id)
);

comment on table ledger.check_results is 'One row per expectation evaluated in a run';

create function ledger.clock_now() returns timestamptz language sql stable as $$
    select case lake.clock
        when 'wall' then now()
        else greatest(lake.replay_at, (select max(arrived_at) from ledger.deliveries))
    end
    from ledger.lake
$$;

comment on function ledger.clock_now() is 'The lake''s one clock: wall time on a live city, the latest arrival otherwise';

create view ledger.outcomes as
-- One row per delivery that was admitted, held or found repeated: its last attempt.
select distinct on (admissions.delivery_id)
    admissions.*, deliveries.feed_id, deliveries.sender, deliveries.name, deliveries.sha256,
    deliveries.arrived_at
from ledger.admissions
inner join ledger.deliveries on deliveries.delivery_id = admissions.delivery_id
order by admissions.delivery_id, admissions.attempt desc;

create view ledger.waiting as
-- One row per delivery that has no outcome yet, whose re-admission was requested since, or that was found
-- to repeat another and no longer does: a delivery that arrived between the two was admitted after both.
select deliveries.*
from ledger.deliveries
left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
where
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
    ) <> 'admitted';

create view ledger.current_deliveries as
-- One row per delivery and partition whose rows count now, for feeds that deliver a period or everything:
-- the latest arrival of each sender, the delivery id breaking ties. Only admitted deliveries have partitions.
with ranked as (
    select
        deliveries.feed_id, deliveries.sender, deliveries.delivery_id, delivery_partitions.partition,
        delivery_partitions.record_count,
        row_number() over (
            partition by
                deliveries.feed_id,
                case when feeds.delivers = 'everything' then '' else deliveries.sender end,
                delivery_partitions.partition
            order by deliveries.arrived_at desc, deliveries.delivery_id desc
        ) as newest
    from ledger.delivery_partitions
    inner join ledger.deliveries on deliveries.delivery_id = delivery_partitions.delivery_id
    inner join ledger.feeds on feeds.feed_id = deliveries.feed_id
)
select feed_id, sender, delivery_id, partition, record_count
from ranked
where newest = 1;

create view ledger.expected_inputs as
-- One row per output partition and input partition it should have been made from, with the version now.
with driven as (
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
)
select
    driven.table_id, driven.partition, versions.table_id as input_table,
    versions.partition as input_partition, versions.version as input_version
from driven
inner join ledger.table_inputs on table_inputs.table_id = driven.table_id
inner join ledger.versions
    on versions.table_id = table_inputs.input_table
    and (
        table_inputs.as_of or driven.partition = 'all'
        -- ISO dates as text compare like dates; 'all' is only ever read as a whole.
        or (
            versions.partition <> 'all'
            and versions.partition >= to_char(driven.partition::date - table_inputs.days_before, 'YYYY-MM-DD')
            and versions.partition <= to_char(driven.partition::date + table_inputs.days_after, 'YYYY-MM-DD')
        )
    );

create view ledger.readiness as
-- One row per driven output partition and driving or windowed feed: whether all senders came or the deadline passed.
select
    table_inputs.table_id, versions.partition, feeds.feed_id,
    count(distinct current_deliveries.sender) as senders_came, feeds.senders as senders_declared,
    ((versions.partition::date + 1)::timestamp at time zone lake.timezone) + feeds.deadline as deadline_at,
    count(distinct current_deliveries.sender) >= feeds.senders
    or ((versions.partition::date + 1)::timestamp at time zone lake.timezone) + feeds.deadline <= ledger.clock_now()
        as is_ready
from ledger.table_inputs
inner join ledger.feeds on table_inputs.input_table = 'admitted.' || feeds.feed_id
inner join ledger.versions on versions.table_id = table_inputs.input_table and versions.partition <> 'all'
cross join ledger.lake
left join ledger.current_deliveries
    on current_deliveries.feed_id = feeds.feed_id and current_deliveries.partition = versions.partition
where table_inputs.drives
group by table_inputs.table_id, versions.partition, feeds.feed_id, feeds.senders, feeds.deadline, lake.timezone;

create view ledger.stale as
-- One row per output partition that should be made again, and why.
with expected as (
    select
        table_id, partition,
        md5(string_agg(
            input_table || '@' || input_partition || '#' || input_version, ',' order by input_table, input_partition
        )) as fingerprint
    from ledger.expected_inputs
    group by table_id, partition
),

requested as (
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
where
    (versions.fingerprint is distinct from expected.fingerprint or requested.reason is not null)
    and seals.table_id is null
    and (
        blocks.fingerprint is distinct from expected.fingerprint
        or requested.accepted_at > blocks.blocked_at
    )
    and not exists (
        select 1 from ledger.readiness
        where
            readiness.table_id = expected.table_id and readiness.partition = expected.partition
            and not readiness.is_ready
    )
    -- Every whole input must have come once, or the join would be made against nothing and made again.
    and not exists (
        select 1 from ledger.table_inputs
        where
            table_inputs.table_id = expected.table_id and table_inputs.as_of
            and not exists (
                select 1 from ledger.versions as present where present.table_id = table_inputs.input_table
            )
    );

grant usage on schema ledger to land, admit, conform, publish, steward;
grant select on all tables in schema ledger to land, admit, conform, publish, steward;
grant execute on function ledger.clock_now() to land, admit, conform, publish, steward;
grant insert, update on ledger.runs to land, admit, conform, publish, steward;
grant insert on ledger.deliveries to land;
grant insert, update on ledger.feeds, ledger.feed_versions to land, admit;
grant update (replay_at) on ledger.lake to land;
grant insert on ledger.admissions to admit;
grant insert, update, delete on ledger.delivery_partitions to admit;
grant insert, update on ledger.versions to admit, conform, publish;
grant insert on ledger.version_log to admit, conform, publish;
grant insert on ledger.inputs_used to conform, publish;
grant update (input_version) on ledger.inputs_used to conform;
grant insert, update, delete on ledger.tables, ledger.table_inputs to conform, publish;
grant insert, update, delete on ledger.blocks to conform, publish;
grant insert on ledger.publications, ledger.publication_causes, ledger.check_results to publish;
grant insert, update on ledger.requests to steward;
grant update (difference) on ledger.requests to publish;
grant usage, create on schema marts to publish;
grant usage on schema marts to bi, steward;

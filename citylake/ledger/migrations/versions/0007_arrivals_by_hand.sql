-- What somebody delivers by hand into a replayed city arrives when it does. The city's clock follows the
-- times that were told with its deliveries: one file of today would otherwise let every deadline pass.

alter table ledger.deliveries add column is_arrival_told boolean not null default true;
comment on column ledger.deliveries.is_arrival_told is
    'Whether arrived_at came with the delivery, as in a replay, or is the time at which it was seen';

create or replace function ledger.clock_now() returns timestamptz language sql stable as $$
    select case lake.clock
        when 'wall' then now()
        else coalesce(
            greatest(lake.replay_at, (select max(arrived_at) from ledger.deliveries where is_arrival_told)),
            (select max(arrived_at) from ledger.deliveries)
        )
    end
    from ledger.lake
$$;

comment on function ledger.clock_now() is
    'The lake''s one clock: wall time on a live city; otherwise the latest arrival that was told, or of any';

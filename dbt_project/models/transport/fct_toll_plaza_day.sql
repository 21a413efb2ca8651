-- One row per listed toll plaza, kind of lane, way and touched day on which any car passed.

with dim_toll_plaza as (

    select plaza_id, district_code from {{ ref('dim_toll_plaza') }}

),

int_toll_passages as (

    select plaza_id, _business_date, district_key, lane_kind, way, gate_s
    from {{ ref('int_toll_passages') }}

),

final as (

    -- Does not multiply: plazas are a key. Those that the list does not know yet come in once it does.
    select
        int_toll_passages.plaza_id,
        int_toll_passages._business_date,
        int_toll_passages.lane_kind,
        int_toll_passages.way,
        dim_toll_plaza.district_code,
        int_toll_passages.district_key,
        count(*)::integer as passage_count,
        quantile_disc(int_toll_passages.gate_s, 0.5) as gate_p50_s,
        quantile_disc(int_toll_passages.gate_s, 0.95) as gate_p95_s
    from int_toll_passages
    inner join dim_toll_plaza on dim_toll_plaza.plaza_id = int_toll_passages.plaza_id
    group by
        int_toll_passages.plaza_id, int_toll_passages._business_date, int_toll_passages.lane_kind, int_toll_passages.way,
        dim_toll_plaza.district_code, int_toll_passages.district_key

)

select * from final

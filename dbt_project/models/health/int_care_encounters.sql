-- One row per encounter that began on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

int_hospital_districts as (

    select hospital_id, district_code, valid_from, valid_to from {{ ref('int_hospital_districts') }}

),

care_episode as (

    select
        encounter_id, _business_date, hospital_id, person_id, age_band, kind, started_at, ended_at, episode_position,
        is_other_hospital
    from {{ source('health', 'care_episode') }}

),

final as (

    -- No join multiplies: days are listed once, of a hospital one district is in force on a day.
    select
        care_episode.encounter_id,
        care_episode._business_date,
        '{{ var("own_area").city }}' as city_code,
        int_hospital_districts.district_code,
        int_hospital_districts.valid_from::varchar as district_vintage,
        care_episode.age_band,
        care_episode.kind,
        care_episode.person_id is not null as has_person,
        care_episode.episode_position > 1 as is_continued,
        care_episode.is_other_hospital,
        date_diff('second', care_episode.started_at, care_episode.ended_at) as duration_s
    from care_episode
    inner join touched_period
        on touched_period.first_date = care_episode._business_date and touched_period.period_type = 'day'
    left join int_hospital_districts
        on
            int_hospital_districts.hospital_id = care_episode.hospital_id
            and {{ in_force('int_hospital_districts', 'care_episode._business_date') }}

)

select * from final

-- Guards that every batch passes, with one question each where there were several: a small batch spends as much time on them
-- as on its rows. They refuse what they refused before.

create or replace function journal_entry_has_no_gaps() returns trigger language plpgsql as $$
declare
    broken boolean;
begin
    -- Of a log that was pruned, when it is put back, entry 0 is followed by the first one that is held.
    select a.added > 0 and (a.last - a.first + 1 <> a.added or a.first < 0
        or (a.first > 0 and a.first <> b.bound and not exists (select 1 from journal_entry e where e.seq = a.first - 1)))
    into broken
    from (select coalesce((select minimum from log_head where one = 1), 0) as bound) b
    cross join lateral (
        select min(seq) as first, max(seq) as last, count(*) as added from added_entry where seq > 0 or b.bound = 0
    ) a;
    if broken then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_entry_has_no_gaps',
            constraint = 'journal_entry_has_no_gaps';
    end if;
    return null;
end
$$;

-- As other guards it looks into this schema alone.
do $$
begin
    execute format('alter function journal_entry_has_no_gaps() set search_path = %I, pg_temp', current_schema());
end
$$;

-- A segment is due when half of one is left, which is a multiple of 2^19: after a batch whether it is due is asked each 2^16
-- entries, and after anything else, such as when a log is put back, at once.
drop trigger log_head_adds_segment on log_head;
create constraint trigger log_head_adds_segment after update of n on log_head
    deferrable initially deferred
    for each row when (old.n / 65536 <> new.n / 65536 or new.n - old.n not between 1 and 1000) execute function journal_adds_segment();
alter table log_head enable always trigger log_head_adds_segment;

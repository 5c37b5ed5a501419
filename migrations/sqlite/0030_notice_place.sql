-- Of a notice, the number of the journal's entry that it tells of, once there is one: the feed goes by it. The position is
-- taken before the commit, so that a lower one may show after a higher one was read; entries show in the order of their numbers.
alter table notice add column seq integer;

update notice set seq = e.seq from journal_place e where e.id = notice.event_id;

create index notice_by_place on notice (party, seq, position);

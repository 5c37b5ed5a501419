-- All notices of one party whose events were sequenced since they were last looked at: each is told its entry's number.
update notice set seq = e.seq from journal_place e
where notice.party = $1 and notice.seq is null and e.id = notice.event_id

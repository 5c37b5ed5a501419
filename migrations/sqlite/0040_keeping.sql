-- One row, or none before the first act: whoever decides that something is kept (a hold, a court's request) and whoever
-- lets it go (a destruction, a pruning) moves it on, and so comes before or after the other.
create table journal_keeping (
    one integer not null primary key,
    revision integer not null,
    constraint there_is_one_keeping check (one = 1)
) strict;

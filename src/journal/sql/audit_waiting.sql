-- One row: events that are not entries yet, and those that could not become one.
select
    (select count(*) from journal_inbox) as waiting,
    (select count(*) from journal_quarantine) as quarantined

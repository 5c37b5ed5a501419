-- One row; NULL for an empty log. What is missing before the last one is found by the audit.
select max(seq) as last from journal_entry

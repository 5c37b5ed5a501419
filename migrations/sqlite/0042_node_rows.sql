-- From here on inner nodes are kept with every eighth entry alone, and those of the two lowest levels are made of the leaves. An
-- earlier program looks for a row with every odd number and calls a log without them broken: it does not take a database with
-- this step. Rows that earlier programs wrote stay, and are looked at by the audit.
create trigger inner_nodes_come_with_odd_numbers before insert on journal_node when new.seq % 2 <> 1
begin select raise(abort, 'inner_nodes_come_with_odd_numbers'); end;

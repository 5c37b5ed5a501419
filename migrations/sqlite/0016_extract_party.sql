-- Whose entries an extract of a period opens: they are for no other party, whatever documents it holds.
alter table extract add column party text;

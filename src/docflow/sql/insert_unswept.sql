-- One row; none when it is there already.
insert into unswept_blob (address, since) values ($1, $2) on conflict (address) do nothing

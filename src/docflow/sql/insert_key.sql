-- One row a holder.
insert into content_key (document_id, holder, wrapped) values ($1, $2, $3) on conflict do nothing

-- Who may do what on PostgreSQL. Run after the migrations, as often as one likes: it changes only what is not as it should
-- be, and nothing at all when the one who runs it does not own the journal or may not make the roles.
--
-- qolhat_owner, without login, owns the journal: it alone can change its tables and drop segments.
-- qolhat_application: what the operations do. It reads the journal, puts events into its inbox, and can neither change nor
-- remove anything of it but openings that may be erased.
-- qolhat_sequencer: what the sequencer does. It appends, and it alone moves the head of the log.
-- The service takes on the second and the third where its login is a member of them.
do $roles$
declare
    -- What the sequencer alone writes.
    sequenced constant text[] := array['log_head', 'journal_entry', 'journal_node', 'journal_event', 'journal_subject',
        'journal_checkpoint', 'journal_secret', 'journal_quarantine', 'journal_segment', 'journal_pruned'];
    may_create boolean;
    each text;
    item record;
    right_of record;
    application text;
    sequencer text;
begin
    perform pg_advisory_xact_lock(hashtext('qolhat roles'));
    if not exists (select from pg_class where oid = to_regclass('journal_entry') and pg_has_role(relowner, 'member')) then
        return;
    end if;
    select rolsuper or rolcreaterole into may_create from pg_roles where rolname = current_user;
    foreach each in array array['qolhat_owner', 'qolhat_application', 'qolhat_sequencer'] loop
        if may_create and not exists (select from pg_roles where rolname = each) then
            begin
                execute format('create role %I nologin', each);
            exception when duplicate_object or unique_violation then
                null; -- Made at this moment in another database of the server.
            end;
        end if;
        if not exists (select from pg_roles where rolname = each) then
            return;
        end if;
        if not pg_has_role(each, 'member') then
            if not may_create then
                return;
            end if;
            execute format('grant %I to %I', each, current_user);
        end if;
    end loop;

    -- Nobody but the owner makes tables, functions or operators here, or temporary tables that would be found before these.
    if has_database_privilege('public', current_database(), 'temporary')
        and (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database())
    then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
    if has_schema_privilege('public', current_schema(), 'create')
        and (select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = current_schema())
    then
        execute format('revoke create on schema %I from public', current_schema());
    end if;
    if not has_schema_privilege('qolhat_owner', current_schema(), 'create') then
        execute format('grant usage, create on schema %I to qolhat_owner', current_schema());
    end if;
    for item in
        select c.oid, c.relname, c.relkind, c.relispartition, pg_get_userbyid(c.relowner) as owner,
            c.relname = 'log_head' or c.relname like 'journal\_%' as of_journal
        from pg_class c
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v')
        order by c.relname
    loop
        if item.of_journal and item.owner <> 'qolhat_owner' then
            execute format('alter table %I owner to qolhat_owner', item.relname);
        end if;
        application := case
            when item.relispartition then ''
            when item.relname = '_sqlx_migrations' or item.relkind = 'v' then 'select'
            when not item.of_journal then 'select, insert, update, delete'
            when item.relname = 'journal_secret' then 'select, delete'
            -- One that was kept goes with what opens its entry.
            when item.relname = 'journal_promise' then 'select, insert, delete'
            -- The map of subjects is a cache: whoever seals brings it up to date.
            when item.relname in ('journal_map', 'journal_map_tile') then 'select, insert, update'
            -- Holds and destructions move it on, and so does whoever prunes, who owns it.
            when item.relname = 'journal_keeping' then 'select, insert, update'
            when item.relname = any(sequenced) then 'select'
            else 'select, insert'
        end;
        sequencer := case
            when item.relispartition or (not item.of_journal and item.relkind <> 'v') then ''
            when item.relkind = 'v' then 'select'
            when item.relname = 'log_head' then 'select, insert, update'
            when item.relname = 'journal_inbox' then 'select, delete'
            when item.relname in ('journal_segment', 'journal_pruned', 'journal_keeping') then 'select'
            else 'select, insert'
        end;
        for right_of in
            select item.relname, role, due, coalesce(string_agg(kind, ', ' order by place), '') as has
            from (values ('qolhat_application', application), ('qolhat_sequencer', sequencer)) as r (role, due)
            left join unnest(array['select', 'insert', 'update', 'delete', 'truncate']) with ordinality as k (kind, place)
                on has_table_privilege(role, item.oid, kind)
            group by role, due
        loop
            if right_of.has <> right_of.due then
                execute format('revoke all on %I from %I', right_of.relname, right_of.role);
                if right_of.due <> '' then
                    execute format('grant %s on %I to %I', right_of.due, right_of.relname, right_of.role);
                end if;
            end if;
        end loop;
    end loop;
    if (select pg_get_userbyid(proowner) from pg_proc where oid = 'journal_adds_segment'::regproc) <> 'qolhat_owner' then
        alter function journal_adds_segment() owner to qolhat_owner;
        alter function journal_guards(text) owner to qolhat_owner;
    end if;
    if to_regproc('journal_drops_segment') is not null
        and (select pg_get_userbyid(proowner) from pg_proc where oid = to_regproc('journal_drops_segment')) <> 'qolhat_owner'
    then
        alter function journal_drops_segment() owner to qolhat_owner;
    end if;
end
$roles$;

//! Tables and operators that somebody makes so that the journal's guards look at them in place of the journal.

use sqlx::PgConnection;

use super::{refusal, run, stage};

/// Columns that guards look at, in tables that tell them whatever one likes.
const SHADOWS: [(&str, &str); 6] = [
    ("journal_export", "select 4000::bigint as past"),
    ("journal_entry", "select 4999::bigint as seq, id from public.journal_entry where seq = 1"),
    ("log_head", "select 1::bigint as one, 5000::bigint as minimum"),
    ("journal_pruned", "select seq, leaf from public.journal_entry"),
    ("journal_event", "select id, 4999::bigint as seq from public.journal_event where seq = 1"),
    ("journal_secret", "select seq from public.journal_secret where false"),
];

const PROMISED: &str = "insert into public.journal_promise (event, note, deadline, made) \
    select id, '', 0, 0 from public.journal_event where seq = 1";
const GAP: &str = "insert into public.journal_entry select seq + 4999, id, leaf, links, body from public.journal_entry \
    where seq = 1";
const EXPORT: &str = "insert into public.journal_export (first, past, segment_address, size_bytes, event, made) \
    select 4000, 4001, '\\x00', 1, id, 0 from public.journal_event limit 1";

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn who_serves_and_who_sequences_can_make_nothing_that_hides_a_table_of_the_journal() {
    let Some(stage) = stage().await else { return };
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    for role in ["qolhat_application", "qolhat_sequencer"] {
        run(&mut raw, &format!("set role {role}")).await;
        for act in [
            "create temporary table journal_export (past bigint)",
            "create temporary view log_head as select 5000 as minimum",
            "create function pg_temp.never(bigint, bigint) returns boolean language sql return false",
            "create table journal_shadow (past bigint)",
            "create view journal_shadow as select 1 as past",
            "create function never(bigint, bigint) returns boolean language sql return false",
            "create or replace function must_hold(holds boolean) returns boolean language sql return true",
            "create or replace function journal_refuses() returns trigger language plpgsql as 'begin return new; end'",
            "alter function log_head_only_grows() reset search_path",
            "create schema elsewhere",
        ] {
            let told = refusal(&mut raw, act).await;
            assert!(told.contains("permission denied") || told.contains("must be owner"), "{role}: {act}: {told:?}");
        }
    }
}

/// Somebody has given them leave to. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_table_or_an_operator_that_hides_the_journals_own_deceives_no_guard() {
    let Some(stage) = stage().await else { return };
    let database = stage.database.as_ref().unwrap();
    let mut raw = database.raw().await;
    run(&mut raw, PROMISED).await;
    let acts = [
        ("qolhat_sequencer", "update public.log_head set minimum = 4000", "only_grows"),
        ("qolhat_sequencer", "update public.log_head set n = n - 1", "only_grows"),
        ("qolhat_sequencer", GAP, "has_no_gaps"),
        ("qolhat_application", EXPORT, "has_no_gaps"),
        ("qolhat_application", "delete from public.journal_promise", "append_only"),
        // Who is the owner of all, and may delete.
        ("qolhat_owner", "delete from public.journal_entry where seq = 1", "append_only"),
    ];
    run(&mut raw, &format!("grant temporary on database {} to public", database.name())).await;
    for (number, (role, act, word)) in acts.into_iter().enumerate() {
        let elsewhere = format!("elsewhere_{number}");
        run(&mut raw, &format!("create schema {elsewhere}; grant create, usage on schema {elsewhere} to public")).await;
        for home in ["pg_temp", &elsewhere] {
            let mut raw = database.raw().await;
            run(&mut raw, &format!("set role {role}")).await;
            hide(&mut raw, home).await;
            let told = refusal(&mut raw, act).await;
            assert!(told.contains(word), "{home}: {role}: {act}: {told:?}");
        }
    }
}

/// The journal's tables are hidden from this session by those in `home`. So is the comparison of numbers, but for the schema
/// of temporary tables, in which no operator is looked for.
async fn hide(raw: &mut PgConnection, home: &str) {
    for (name, rows) in SHADOWS {
        run(raw, &format!("create table {home}.{name} as {rows}")).await;
    }
    if home == "pg_temp" {
        return;
    }
    let never = "(bigint, bigint) returns boolean language sql return false";
    run(raw, &format!("create function {home}.never{never}")).await;
    for operator in ["<", ">", "<>"] {
        let of = format!("(leftarg = bigint, rightarg = bigint, function = {home}.never)");
        run(raw, &format!("create operator {home}.{operator} {of}")).await;
    }
    run(raw, &format!("set search_path = {home}, pg_catalog, public")).await;
}

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn every_guard_looks_into_its_own_schema_alone() {
    let Some(stage) = stage().await else { return };
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    let free = "select proname::text from pg_proc where pronamespace = 'public'::regnamespace \
        and (prorettype = 'trigger'::regtype or prosecdef) \
        and not coalesce('search_path=public, pg_temp' = any(proconfig), false)";
    let free: Vec<String> = sqlx::query_scalar(free).fetch_all(&mut raw).await.unwrap();
    assert_eq!(free, Vec::<String>::new());
}

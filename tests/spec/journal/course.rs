//! An audit that begins where an earlier one came to.

use std::fs;

use qolhat::journal::audit::{Against, AuditMemory, AuditReport, Course, run_on};

use super::*;

/// The audit, told what was saved before; keeps what it saves, and ends with an error at the save of that number.
async fn audited(
    db: &Db,
    journal: &Journal,
    earlier: Option<Vec<u8>>,
    ends_at: Option<usize>,
) -> (Result<AuditReport, JournalError>, Vec<Vec<u8>>) {
    let mut saved = Vec::new();
    let mut told = 0;
    let mut save = |state: &[u8]| {
        saved.push(state.to_vec());
        if ends_at == Some(saved.len()) { Err(JournalError::LeadLost) } else { Ok(()) }
    };
    let mut tell = |done: u64, size: u64| {
        assert!(done <= size && done > 0);
        told = done;
    };
    let course = Course { earlier, each: 1, save: &mut save, tell: &mut tell };
    let report = run_on(db, journal.verifier_key(), Against::default(), course).await;
    if report.as_ref().is_ok_and(|report| report.ok) {
        assert_eq!(Some(told), report.as_ref().ok().map(|report| report.size));
    }
    (report, saved)
}

async fn put_many(db: &Db, journal: &Journal, count: u64) {
    let mut tx = db.begin().await.unwrap();
    let mut last = None;
    for number in 0..count {
        let event = event(number);
        journal.enqueue(&mut tx, &event).await.unwrap();
        last = Some(event.id);
    }
    tx.commit().await.unwrap();
    journal.wake();
    journal.wait(last.unwrap(), Duration::from_secs(60)).await.unwrap();
}

/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_interrupted_anywhere_goes_on_and_the_next_one_begins_where_it_came_to() {
    let (home, db, journal) = log_of(3).await;
    put_many(&db, &journal, 1500).await;
    journal
        .seal_now(EventId::new(Still.now(), &mut rng()), qolhat::domain::time::CivilDate::of(Still.now()))
        .await
        .unwrap();
    put_many(&db, &journal, 1500).await;
    let (whole, saved) = audited(&db, &journal, None, None).await;
    let whole = whole.unwrap();
    assert!(whole.ok && whole.checked_from == 0 && saved.len() >= 3, "{whole:?}");
    for ends_at in 1..saved.len() {
        let (broken, kept) = audited(&db, &journal, None, Some(ends_at)).await;
        assert!(broken.is_err());
        let (ended, after) = audited(&db, &journal, kept.last().cloned(), None).await;
        let ended = ended.unwrap();
        assert_eq!((ended.ok, ended.root.as_str(), ended.checked), (true, whole.root.as_str(), whole.size));
        assert!(ended.checked_from >= 1000);
        assert_eq!(after.last(), saved.last(), "what is known in the end is the same");
    }
    // What came since, and a seal over all of it.
    put_many(&db, &journal, 5).await;
    journal
        .seal_now(EventId::new(Still.now(), &mut rng()), qolhat::domain::time::CivilDate::of(Still.now()))
        .await
        .unwrap();
    put_many(&db, &journal, 1).await;
    let earlier = saved.last().cloned();
    let (next, _) = audited(&db, &journal, earlier.clone(), None).await;
    let next = next.unwrap();
    assert!(next.ok && next.checked == next.size, "{next:?}");
    assert_eq!(next.checked_from, whole.size);

    // What was saved by a program that did not keep who has proposed prunings: all is looked at once more.
    let of_before = String::from_utf8_lossy(&earlier.clone().unwrap()).into_owned();
    assert!(of_before.contains(",\"proposed\":{}}\n"), "{of_before:.500}");
    let end = of_before.find('\n').unwrap();
    let head = of_before[..end].replace(",\"proposed\":{}", "");
    let of_before = [head.as_bytes(), &earlier.as_ref().unwrap()[end..]].concat();
    let (again, _) = audited(&db, &journal, Some(of_before), None).await;
    assert_eq!(again.map(|again| (again.ok, again.checked_from)).ok(), Some((true, 0)));

    // A checkpoint of before is not looked at again, and the answer says so; a full audit names it.
    tamper(&home, "update journal_checkpoint set link = 'none' where size = 2").await;
    let (next, _) = audited(&db, &journal, earlier.clone(), None).await;
    assert_eq!(next.as_ref().map(|next| (next.ok, next.checked_from)).ok(), Some((true, whole.size)));
    let (full, _) = audited(&db, &journal, None, None).await;
    assert_eq!(full.unwrap().first_failure.map(|failure| (failure.part, failure.seq)), Some(("checkpoint", Some(2))));
    // A body of before is hashed each time, and the number named.
    tamper(&home, "update journal_entry set body = leaf where seq = 7").await;
    let (next, saved) = audited(&db, &journal, earlier.clone(), None).await;
    assert_eq!(next.unwrap().first_failure.map(|failure| (failure.part, failure.seq)), Some(("entry", Some(7))));
    assert!(saved.is_empty(), "nothing wrong is remembered as right");

    // Another log, though of the same name and longer: it does not begin as the one audited before.
    let (_other_home, other, other_journal) = log_of(3).await;
    let (short, _) = audited(&other, &other_journal, earlier.clone(), None).await;
    assert_eq!(short.unwrap().first_failure.map(|failure| failure.part), Some("outside"));
    put_many(&other, &other_journal, 3200).await;
    let (forked, _) = audited(&other, &other_journal, earlier.clone(), None).await;
    assert_eq!(forked.unwrap().first_failure.map(|failure| failure.part), Some("outside"));
    let mut cut = earlier.unwrap();
    cut.pop();
    let (unreadable, _) = audited(&other, &other_journal, Some(cut), None).await;
    assert!(matches!(unreadable, Err(JournalError::Contradiction(_))));
}

/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn on_the_command_line_the_second_audit_begins_where_the_first_ended_and_a_planted_state_is_refused() {
    use crate::support::stage::{AGREEMENT, Stage};
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let audit = async |more: &[&str]| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
        command.args(["journal", "audit", "--json", "--config"]).arg(stage.world.config_file()).args(more);
        let output = command.output().await.unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!told.contains('#'), "no bar where there is no terminal: {told}");
        (output.status.code().unwrap(), serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap())
    };
    let (exit, first) = audit(&[]).await;
    assert_eq!((exit, &first["checked_from"]), (0, &0.into()), "{first}");
    stage.joined("head-a", &offer).await;
    let (exit, second) = audit(&[]).await;
    assert_eq!((exit, &second["checked_from"], &second["checked"]), (0, &first["size"], &second["size"]), "{second}");
    let (exit, full) = audit(&["--full"]).await;
    assert_eq!((exit, &full["checked_from"], &full["root"]), (0, &0.into(), &second["root"]), "{full}");

    let state = stage.folder().join("operator/journal.audit");
    let ours = fs::read(&state).unwrap();
    // A state of right form that another key signed, one with an octet changed, and none at all.
    let stranger = AuditMemory::new(state.clone(), &[9; 32]);
    stranger.save(&ours[16..ours.len() - 32]).unwrap();
    let (exit, refused) = audit(&[]).await;
    assert_eq!((exit, refused["error"]["code"].as_str()), (2, Some("malformed")), "{refused}");
    let mut changed = ours.clone();
    changed[ours.len() / 2] ^= 1;
    fs::write(&state, changed).unwrap();
    let (exit, refused) = audit(&[]).await;
    assert_eq!((exit, refused["error"]["code"].as_str()), (2, Some("malformed")), "{refused}");
    let (exit, full) = audit(&["--full"]).await;
    assert_eq!((exit, &full["ok"]), (0, &true.into()), "{full}");
    let (exit, again) = audit(&[]).await;
    assert_eq!((exit, &again["checked_from"]), (0, &full["size"]), "a full audit mends the memory: {again}");
}

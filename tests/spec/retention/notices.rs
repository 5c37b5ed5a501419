//! Clients are told in good time that the place of their documents ends.

use qolhat::app::{App, Passwords};
use qolhat::domain::party::Party;
use qolhat::notify::store::{After, feed};
use qolhat::operations::tell_end_of_keeping::tell_due;

use super::*;
use crate::support::stage::AGREEMENT;

async fn at_time(stage: &Stage, then: &str) -> App {
    let mut config = stage.config.clone();
    config.clock = Some(then.to_owned());
    App::open(&config, &Passwords::Demo).await.unwrap()
}

async fn told(app: &App, party: &Party) -> Vec<String> {
    let notices = feed(&app.db, party, After::START, 500).await.unwrap();
    notices.into_iter().map(|notice| notice.kind).filter(|kind| kind.starts_with("keeping.")).collect()
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_ninety_thirty_and_seven_days_before_its_place_ends_once_each() {
    told_once_each(stage().await).await;
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_before_its_place_ends_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    told_once_each(stage_on(Some(server), "2026-11-22T09:00:00Z").await).await;
}

async fn told_once_each(stage: Stage) {
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    // The place of both ends on 22 November 2031.
    let (head, _) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let (party, late) = (head.party(), other.party());
    stage.stop();
    stage.app.journal.close().await;
    let days = |kinds: &[&str]| kinds.iter().map(|days| format!("keeping.ends-in-{days}")).collect::<Vec<_>>();
    let steps: [(&str, usize, &[&str]); 7] = [
        ("2026-11-23T09:00:00Z", 0, &[]),
        ("2031-08-23T18:59:00Z", 0, &[]),
        // A day begins in Almaty five hours before it does in Greenwich.
        ("2031-08-23T19:00:00Z", 2, &["90"]),
        ("2031-10-22T09:00:00Z", 0, &["90"]),
        ("2031-10-23T09:00:00Z", 2, &["90", "30"]),
        ("2031-11-15T09:00:00Z", 2, &["90", "30", "7"]),
        ("2031-11-23T09:00:00Z", 0, &["90", "30", "7"]),
    ];
    for (then, count, kinds) in steps {
        let app = Arc::new(at_time(&stage, then).await);
        let tries = (0..3).map(|_| {
            let app = Arc::clone(&app);
            tokio::spawn(async move { tell_due(&app).await.unwrap() })
        });
        let mut sum = 0;
        for one in tries.collect::<Vec<_>>() {
            sum += one.await.unwrap();
        }
        assert_eq!((sum, told(&app, &party).await), (count, days(kinds)), "{then}");
        assert_eq!(told(&app, &late).await, days(kinds), "{then}");
        app.journal.close().await;
    }
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn whoever_could_not_be_told_in_time_is_told_the_next_one_alone() {
    let stage = stage().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, _) = stage.joined("head-a", &offer).await;
    stage.stop();
    stage.app.journal.close().await;
    let app = at_time(&stage, "2031-11-20T09:00:00Z").await;
    assert_eq!((tell_due(&app).await.unwrap(), tell_due(&app).await.unwrap()), (1, 0));
    assert_eq!(told(&app, &head.party()).await, ["keeping.ends-in-7"]);
    let seq = *app.journal.entries_of_subject(&format!("party:{}", head.party().key())).await.unwrap().last().unwrap();
    let (entry, fields) = app.journal.entry(seq).await.unwrap().unwrap().proven().unwrap();
    assert_eq!((entry.kind.as_str(), &fields["ends_on"]), ("keeping.ends-soon", &json!("2031-11-22")));
    assert!(app.journal.audit().await.unwrap().ok);
}

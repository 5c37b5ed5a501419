//! The computer's clock jumps: entries never go back in time, none is lost, and the log goes on whatever it shows.

use std::sync::Mutex;

use super::*;

/// A clock that is set by hand.
struct Wayward(Mutex<Moment>);

impl Wayward {
    fn shows(&self, text: &str) {
        *self.0.lock().unwrap() = Moment::parse_rfc3339(text).unwrap();
    }
}

impl Clock for Wayward {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

async fn open_by(db: &Db, clock: &Arc<Wayward>) -> Journal {
    let clock: Arc<dyn Clock> = Arc::<Wayward>::clone(clock);
    Journal::open(db.clone(), identity(1), clock, Box::new(rng()), None).await.unwrap()
}

async fn instant(journal: &Journal, seq: u64) -> Moment {
    Entry::parse(&journal.entry(seq).await.unwrap().unwrap().body).unwrap().at()
}

/// Keeps: JRN-01, JRN-02
#[tokio::test]
async fn a_clock_that_jumps_back_or_forward_makes_no_entry_earlier_than_the_one_before() {
    let (_home, db) = empty().await;
    let clock = Arc::new(Wayward(Mutex::new(Still.now())));
    let mut journal = open_by(&db, &clock).await;
    let mut seq = 0;
    for (shows, is_at) in [
        ("2026-11-22T09:00:01Z", "2026-11-22T09:00:01Z"),
        // Back: a second, and twenty years.
        ("2026-11-22T09:00:00Z", "2026-11-22T09:00:01Z"),
        ("2006-01-01T00:00:00Z", "2026-11-22T09:00:01Z"),
        // Forward, and right again: the log waits until the clock has come that far.
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T09:00:02Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.500Z", "2026-11-22T10:00:00.500Z"),
    ] {
        clock.shows(shows);
        for is_new in [false, true] {
            if is_new {
                // Whoever leads next knows the time of the newest entry, and asks the same clock.
                journal.close().await;
                journal = open_by(&db, &clock).await;
            }
            seq += 1;
            assert_eq!(put(&db, &journal, &event(seq)).await, seq, "{shows}");
            assert_eq!(Ok(instant(&journal, seq).await), Moment::parse_rfc3339(is_at), "{shows}");
        }
        everything_holds(&db, &journal, seq + 1).await;
    }
}

/// An event that is tried again after it was sequenced makes a batch that the database refuses and one that has no entry: the
/// log does not bear the later time of either. Keeps: JRN-01, JRN-02
#[tokio::test]
async fn an_event_that_is_tried_again_later_leaves_the_time_of_the_log_as_it_is() {
    let (_home, db) = empty().await;
    let clock = Arc::new(Wayward(Mutex::new(Still.now())));
    let journal = open_by(&db, &clock).await;
    let twice = event(1);
    assert_eq!(put(&db, &journal, &twice).await, 1);
    clock.shows("2026-11-22T09:00:05Z");

    assert_eq!(put(&db, &journal, &twice).await, 1);

    while db.query_one("select id from journal_inbox limit 1", &[]).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    everything_holds(&db, &journal, 2).await;
    journal.close().await;
    let journal = open_by(&db, &clock).await;
    assert_eq!(put(&db, &journal, &event(2)).await, 2);
    everything_holds(&db, &journal, 3).await;
}

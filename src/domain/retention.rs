//! How long the content of a document is under lock, by its class. The journal and the evidence are kept in any case; this
//! is about content that a holder asks to destroy. Pure.

use super::document::DocumentKind;
use super::time::{CivilDate, Moment};

/// Years for which evidence is kept at least. Source: Agreement 5.3.9.
pub const EVIDENCE_YEARS: i16 = 5;
/// Years for which accounting documents are kept at least, counted from the year after that of the document. Source: Tax
/// Code, the term of limitation and not less than five years; Order 263 of 2017-09-29.
pub const ACCOUNTING_YEARS: i16 = 5;

/// The first day on which what the journal says in an entry of the instant `at` may be erased; `None` when that day is in no
/// calendar. Its bytes and proofs stay.
#[must_use]
pub fn journal_until(at: Moment) -> Option<CivilDate> {
    years_after(CivilDate::of(at), EVIDENCE_YEARS)
}

/// Years for which a client has a place for its documents, counted from the day on which it registered. Source: Agreement
/// 5.3.11.
pub const PLACE_YEARS: i16 = 5;

/// The first day on which a client that registered at `registered` has no place for its documents any more; `None` when that day
/// is in no calendar.
#[must_use]
pub fn place_until(registered: Moment) -> Option<CivilDate> {
    years_after(CivilDate::of(registered), PLACE_YEARS)
}

/// The first instant at which one registers whose place ends on `end` or later; `None` before all calendars.
#[must_use]
pub fn registered_for(end: CivilDate) -> Option<Moment> {
    let (year, month, day) = end.parts();
    let year = year.checked_sub(PLACE_YEARS)?;
    let mut first = CivilDate::new(year, month, day).or_else(|| CivilDate::new(year, 3, 1))?;
    // The day before may end on the same one: the last of February and the first of March.
    loop {
        let before = first.plus_days(-1);
        if before == first || years_after(before, PLACE_YEARS).is_none_or(|ends| ends < end) {
            return Some(first.start_of_day());
        }
        first = before;
    }
}

/// The same day so many years later. The last day of February of a leap year ends on the next first of March.
fn years_after(date: CivilDate, years: i16) -> Option<CivilDate> {
    let (year, month, day) = date.parts();
    let year = year.saturating_add(years);
    CivilDate::new(year, month, day).or_else(|| CivilDate::new(year, 3, 1))
}

/// What a document is for the law of keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentClass {
    /// It proves the agreement itself: kept with the journal.
    Evidence,
    /// A document of accounting.
    Accounting,
    /// Anything else: goes when its holders ask for it.
    Other,
}

/// The class of documents of this kind.
#[must_use]
pub const fn class(kind: DocumentKind) -> ContentClass {
    match kind {
        DocumentKind::OfferAcceptance => ContentClass::Evidence,
        DocumentKind::CompletionAct | DocumentKind::PaymentInvoice => ContentClass::Accounting,
        DocumentKind::Letter | DocumentKind::ArbitraryFile => ContentClass::Other,
    }
}

/// The last day there is: a term that would end after it does not end.
fn never() -> Option<CivilDate> {
    CivilDate::new(CivilDate::YEARS.1, 12, 31)
}

/// The first day on which content that was recorded at `recorded` and bears the date `dated` may be destroyed; `None` when
/// it may be at once. The term counts from the later of the two: a document of December that is recorded in February is
/// kept with those of February, and one dated ahead is not let go before its own year.
#[must_use]
pub fn kept_until(kind: DocumentKind, recorded: Moment, dated: Option<CivilDate>) -> Option<CivilDate> {
    let recorded = CivilDate::of(recorded);
    let since = dated.map_or(recorded, |dated| dated.max(recorded));
    let (year, _, _) = since.parts();
    match class(kind) {
        ContentClass::Other => None,
        ContentClass::Evidence => years_after(since, EVIDENCE_YEARS).or_else(never),
        ContentClass::Accounting => {
            CivilDate::new(year.saturating_add(1).saturating_add(ACCOUNTING_YEARS), 1, 1).or_else(never)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn until(kind: DocumentKind, since: &str) -> Option<String> {
        kept_until(kind, Moment::parse_rfc3339(since).unwrap(), None).map(|day| day.to_string())
    }

    /// Keeps: JRN-03, JRN-05
    #[test]
    fn a_term_counts_from_the_later_of_the_record_and_the_date_of_the_document() {
        let recorded = Moment::parse_rfc3339("2027-02-03T09:00:00Z").unwrap();
        let until = |kind, dated: &str| kept_until(kind, recorded, CivilDate::parse(dated).ok()).unwrap().to_string();
        assert_eq!(until(DocumentKind::CompletionAct, "2026-12-28"), "2033-01-01");
        assert_eq!(until(DocumentKind::CompletionAct, "2028-01-01"), "2034-01-01");
        assert_eq!(until(DocumentKind::OfferAcceptance, "2027-01-01"), "2032-02-03");
        // A date without a year to end in is no way out of the term.
        assert_eq!(until(DocumentKind::CompletionAct, "9998-01-01"), "9998-12-31");
        assert_eq!(until(DocumentKind::OfferAcceptance, "9996-05-05"), "9998-12-31");
    }

    /// Keeps: JRN-05
    #[test]
    fn a_place_ends_five_years_after_the_day_of_registration() {
        let day = |text: &str| CivilDate::parse(text).unwrap();
        let until = |text: &str| place_until(Moment::parse_rfc3339(text).unwrap()).unwrap();
        assert_eq!(until("2026-11-22T09:00:00Z"), day("2031-11-22"));
        assert_eq!(until("2026-11-22T19:00:00Z"), day("2031-11-23"));
        assert_eq!(until("2028-02-29T09:00:00Z"), day("2033-03-01"));
        for (end, first) in [
            ("2031-11-22", "2026-11-22"),
            ("2033-03-01", "2028-02-29"),
            ("2033-02-28", "2028-02-28"),
            ("2032-02-29", "2027-03-01"),
        ] {
            let at = registered_for(day(end)).unwrap();
            assert_eq!(CivilDate::of(at), day(first), "{end}");
            assert!(place_until(at).unwrap() >= day(end));
        }
    }

    /// Keeps: JRN-03, JRN-05
    #[test]
    fn accounting_documents_and_evidence_are_under_lock_and_other_content_is_not() {
        assert_eq!(until(DocumentKind::Letter, "2026-11-22T09:00:00Z"), None);
        assert_eq!(until(DocumentKind::ArbitraryFile, "2026-11-22T09:00:00Z"), None);
        assert_eq!(until(DocumentKind::CompletionAct, "2026-11-22T09:00:00Z").as_deref(), Some("2032-01-01"));
        // A new year begins in Almaty five hours before it does in Greenwich.
        assert_eq!(until(DocumentKind::PaymentInvoice, "2026-12-31T18:59:59Z").as_deref(), Some("2032-01-01"));
        assert_eq!(until(DocumentKind::PaymentInvoice, "2026-12-31T19:00:00Z").as_deref(), Some("2033-01-01"));
        assert_eq!(until(DocumentKind::OfferAcceptance, "2026-11-22T09:00:00Z").as_deref(), Some("2031-11-22"));
        assert_eq!(until(DocumentKind::OfferAcceptance, "2028-02-29T09:00:00Z").as_deref(), Some("2033-03-01"));
    }
}

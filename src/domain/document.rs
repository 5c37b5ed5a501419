//! The kinds of documents.

use std::fmt;

/// What a document is. A new kind breaks the build wherever that must be thought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// The client's signed consent to an offer (акцепт оферты).
    OfferAcceptance,
    /// Act of completed works or services, form Р-1 (акт выполненных работ).
    CompletionAct,
    /// Invoice that asks for payment (счёт на оплату). Not a VAT invoice.
    PaymentInvoice,
    /// Official letter (письмо).
    Letter,
    /// Any file, without a structure known to us.
    ArbitraryFile,
}

impl DocumentKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::OfferAcceptance, Self::CompletionAct, Self::PaymentInvoice, Self::Letter, Self::ArbitraryFile];

    /// The stable kebab-case code in the API, the database and the journal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OfferAcceptance => "offer-acceptance",
            Self::CompletionAct => "completion-act",
            Self::PaymentInvoice => "payment-invoice",
            Self::Letter => "letter",
            Self::ArbitraryFile => "arbitrary-file",
        }
    }

    /// The value of the member `type` inside the document; `None` for files without our structure.
    #[must_use]
    pub fn type_name(self) -> Option<&'static str> {
        match self {
            Self::OfferAcceptance => Some("OfferAcceptance"),
            Self::CompletionAct => Some("CompletionAct"),
            Self::PaymentInvoice => Some("PaymentInvoice"),
            Self::Letter => Some("Letter"),
            Self::ArbitraryFile => None,
        }
    }

    /// The kind of this code, exactly as [`DocumentKind::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

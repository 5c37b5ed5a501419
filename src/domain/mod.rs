//! The words of the domain: values that cannot be wrong, and nothing else. No I/O, no clock.
//!
//! | ru / kk | here | why this word |
//! |---|---|---|
//! | электронный документ / электрондық құжат | `Document` | content, signatures and state; the bytes alone are [`kinds::Content`] |
//! | подлинник / түпнұсқа | `Original` | what the signature covers, byte for byte |
//! | акт выполненных работ / орындалған жұмыстар актісі | [`kinds::CompletionAct`] | not `Act` (a law), not `Certificate` (X.509) |
//! | счёт на оплату / төлем шоты | [`kinds::PaymentInvoice`] | asks for money; a VAT invoice is another document |
//! | письмо / хат | [`kinds::Letter`] | |
//! | акцепт оферты / оферта акцепті | [`kinds::OfferAcceptance`] | the signed consent of the agreement's clause 1.8 |
//! | ИИН, БИН / ЖСН, БСН | [`party::Iin`], [`party::Bin`] | two types, never one string |
//! | сторона / тарап | [`party::Party`] | who is bound; whom the certificate names is the signer |
//! | отказ системы / жүйенің бас тартуы | [`refusal::Refusal`] | a counterparty's "no" is a rejection |
//! | момент, день / сәт, күн | [`time::Moment`], [`time::CivilDate`] | UTC instant; day of `Asia/Almaty` |
//! | тиын; НДС / тиын; ҚҚС | [`money::Tiyn`], [`money::VatRate`] | 100 tiyn are 1 tenge |

pub mod address;
pub mod digests;
pub mod document;
pub mod email;
pub mod ids;
pub mod jcs;
pub mod kinds;
pub mod money;
pub mod party;
pub mod phone;
pub mod refusal;
pub mod retention;
pub mod text;
pub mod time;

#[cfg(test)]
pub(crate) mod testing {
    //! Helpers for unit tests of this layer.
    use qolhat_pki::random::SecureRandom;

    /// Counts instead of being random.
    #[derive(Default)]
    pub struct CountingRandom(u8);

    impl SecureRandom for CountingRandom {
        fn fill(&mut self, out: &mut [u8]) {
            for byte in out {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }
}

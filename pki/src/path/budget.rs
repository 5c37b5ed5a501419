//! How much work one question may cost, whatever certificates somebody sends.

use std::collections::HashMap;
use std::sync::Arc;

use crate::algorithm::{KeyCache, PublicKey, VerifyError};
use crate::certificate::Certificate;

/// Signature checks for one question, at most.
pub const BUDGET_SIGNATURES: u32 = 400;
/// Candidates looked at for one question, at most.
pub const BUDGET_CANDIDATES: u32 = 20_000;
/// Comparisons of a name with a name constraint for one question, at most: as many as OpenSSL allows for one certificate.
pub const BUDGET_NAME_COMPARISONS: u32 = 1 << 20;

/// Work left for one question. Signature checks that were paid for are remembered, so several signers of one
/// message with one chain pay once.
#[derive(Debug, Clone)]
pub struct Budget {
    signatures: u32,
    candidates: u32,
    names: u32,
    known: HashMap<([u8; 32], [u8; 32]), SignatureFit>,
    keys: Option<Arc<KeyCache>>,
}

/// Nothing is left; final for the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BudgetExhausted;

/// Whether a key made a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureFit {
    Fits,
    DoesNotFit,
    Unsupported,
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new(BUDGET_SIGNATURES, BUDGET_CANDIDATES)
    }
}

impl Budget {
    /// A budget of so many signature checks and candidates.
    pub fn new(signatures: u32, candidates: u32) -> Self {
        Budget { signatures, candidates, names: BUDGET_NAME_COMPARISONS, known: HashMap::new(), keys: None }
    }

    /// The same budget, with keys that came by before at hand.
    pub(crate) fn with_keys(self, keys: &Arc<KeyCache>) -> Self {
        Budget { keys: Some(Arc::clone(keys)), ..self }
    }

    /// Gives `certificate` its key, if it came by before.
    pub(crate) fn give_key(&self, certificate: &Certificate) {
        if let Some(keys) = &self.keys {
            certificate.take_key_from(keys);
        }
    }

    pub(crate) fn candidate(&mut self) -> Result<(), BudgetExhausted> {
        self.candidates = self.candidates.checked_sub(1).ok_or(BudgetExhausted)?;
        Ok(())
    }

    pub(crate) fn name_comparisons(&mut self, count: usize) -> Result<(), BudgetExhausted> {
        let count = u32::try_from(count).map_err(|_| BudgetExhausted)?;
        self.names = self.names.checked_sub(count).ok_or(BudgetExhausted)?;
        Ok(())
    }

    pub(crate) fn signature(&mut self) -> Result<(), BudgetExhausted> {
        self.signatures = self.signatures.checked_sub(1).ok_or(BudgetExhausted)?;
        Ok(())
    }

    /// Whether `issuer`'s key made the signature on `certificate`.
    pub(crate) fn certificate_signed_by(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<SignatureFit, BudgetExhausted> {
        self.remembered(certificate.sha256(), issuer, |key| {
            let Ok(algorithm) = certificate.signature_algorithm() else { return SignatureFit::Unsupported };
            key.verify_message(algorithm, certificate.tbs(), certificate.signature()).into()
        })
    }

    /// Runs `check` with `issuer`'s key unless its outcome for the object `sha256` is known.
    pub(crate) fn remembered(
        &mut self,
        sha256: [u8; 32],
        issuer: &Certificate,
        check: impl FnOnce(&PublicKey) -> SignatureFit,
    ) -> Result<SignatureFit, BudgetExhausted> {
        // By key: a mesh of CAs holds many certificates of one.
        let memory = (sha256, issuer.spki_sha256());
        if let Some(fit) = self.known.get(&memory) {
            return Ok(*fit);
        }
        self.signature()?;
        self.give_key(issuer);
        let fit = match issuer.public_key() {
            Ok(key) => check(key),
            Err(_) => SignatureFit::Unsupported,
        };
        self.known.insert(memory, fit);
        Ok(fit)
    }
}

impl From<Result<(), VerifyError>> for SignatureFit {
    fn from(outcome: Result<(), VerifyError>) -> Self {
        match outcome {
            Ok(()) => SignatureFit::Fits,
            Err(VerifyError::Unsupported) => SignatureFit::Unsupported,
            Err(VerifyError::BadSignature | VerifyError::AlgorithmMismatch) => SignatureFit::DoesNotFit,
        }
    }
}

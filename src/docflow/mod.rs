//! Step 4, the law of the process: which act is allowed in which state, and what it makes of the document.
//! Pure but for [`store`] and [`destruction`].

pub mod decide;
pub mod destruction;
pub mod offers;
pub mod protocol;
pub mod state;
pub mod store;

pub use decide::{Act, decide, may_withdraw};
pub use state::{Side, State};

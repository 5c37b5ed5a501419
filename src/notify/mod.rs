//! Step 6: what is told to whom. A notice is kept in the transaction of the act that it tells of; the feed of notices
//! is the truth, and every other way of telling will be a hint (design section 6).

pub mod store;

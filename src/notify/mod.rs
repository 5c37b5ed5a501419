//! Step 6: what is told to whom. A notice is kept in the transaction of the act that it tells of; the feed of notices
//! is the truth, and every other way of telling is a hint (design section 6).
//!
//! A [`letter`] or a [`text_message`] is made of its words once, kept in the [`outbox`] in the transaction of the act that sends
//! it, and handed to a mail server by [`email`], to a gateway of short messages by [`sms`], until that takes it. What a gateway
//! tells later of a short message is a [`report`].

pub mod email;
pub mod handing;
pub mod letter;
pub mod outbox;
pub mod report;
pub mod sms;
pub mod store;
pub mod text_message;

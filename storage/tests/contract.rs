#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! One contract, run against every store; then what only some parts promise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs
)]

mod disk;
mod envelope;
mod gibibyte;
mod keys;
mod s3;
mod support;

macro_rules! every_store_keeps {
    ($($claim:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                super::claims::$claim(super::support::World::memory().await).await;
            })*
        }

        mod disk_too {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                super::claims::$claim(super::support::World::disk().await).await;
            })*
        }

        mod s3_too {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                super::claims::$claim(super::support::World::s3().await).await;
            })*
        }

        /// In one go, since another server takes seconds to start: a bucket for each claim.
        #[tokio::test(flavor = "multi_thread")]
        async fn a_versioned_bucket_keeps_the_contract_too() {
            let Some(moto) = support::moto::Moto::start() else { return };
            $(
                eprintln!(stringify!($claim));
                claims::$claim(support::World::versioned(&moto).await).await;
            )*
        }
    };
}

every_store_keeps!(
    a_blob_put_is_got_back_under_the_digest_of_its_bytes,
    an_empty_blob_is_a_blob,
    a_blob_of_five_mebibytes_comes_back_whole,
    an_unknown_address_is_not_found,
    equal_bytes_put_again_are_one_blob,
    concurrent_puts_of_equal_bytes_all_succeed,
    a_flipped_byte_is_named_corrupt,
    a_flipped_byte_fails_a_reader_where_the_end_should_be,
    a_cut_off_blob_is_named_corrupt,
    a_blob_with_bytes_appended_is_named_corrupt,
    a_put_over_a_corrupt_blob_repairs_it,
    a_stream_is_kept_as_the_same_blob_as_its_bytes,
    a_stream_at_its_limit_is_kept_and_one_byte_past_it_is_not,
    an_endless_stream_is_cut_at_its_limit,
    a_stream_that_fails_leaves_nothing,
    a_list_shows_every_blob_once_and_in_order,
    a_list_asked_for_too_much_or_nothing_answers_with_a_page,
    a_list_dates_blobs_and_tells_their_size,
    a_removed_blob_is_gone_and_may_be_put_again,
    a_sweep_spares_what_was_put_since,
    a_put_makes_an_old_blob_young_again,
);

mod claims {
    use std::io::ErrorKind;
    use std::time::{Duration, SystemTime};

    use qolhat_storage::{BlobStore, ContentDigest, LIST_PAGE_MAX_ITEMS, Removal, RemovalRule, StoreError};
    use tokio::io::{AsyncReadExt, repeat};

    use crate::support::{Trickle, World, noise};

    /// Keeps: DOC-17
    pub async fn a_blob_put_is_got_back_under_the_digest_of_its_bytes(world: World) {
        let address = world.store.put(b"abc".to_vec()).await.unwrap();

        assert_eq!(address, ContentDigest::of(b"abc"));
        assert!(world.store.contains(&address).await.unwrap());
        assert_eq!(world.store.get(&address).await.unwrap(), b"abc");
        assert_eq!(world.store.verify(&address).await.unwrap(), 3);
    }

    pub async fn an_empty_blob_is_a_blob(world: World) {
        let address = world.store.put(Vec::new()).await.unwrap();
        let streamed = world.store.put_stream(&mut [].as_slice(), 0).await.unwrap();

        assert_eq!(streamed.address, address);
        assert_eq!(streamed.size_bytes, 0);
        assert!(world.store.contains(&address).await.unwrap());
        assert_eq!(world.store.get(&address).await.unwrap(), b"");
        assert_eq!(world.store.verify(&address).await.unwrap(), 0);
    }

    pub async fn a_blob_of_five_mebibytes_comes_back_whole(world: World) {
        let bytes = noise(5 * 1024 * 1024);

        let address = world.store.put(bytes.clone()).await.unwrap();

        assert!(world.store.get(&address).await.unwrap() == bytes);
        let mut reader = world.store.reader(&address).await.unwrap();
        let mut read = Vec::new();
        reader.read_to_end(&mut read).await.unwrap();
        assert!(read == bytes);
    }

    pub async fn an_unknown_address_is_not_found(world: World) {
        let unknown = ContentDigest::of(b"never put");
        world.store.put(b"put".to_vec()).await.unwrap();

        assert!(!world.store.contains(&unknown).await.unwrap());
        let got = world.store.get(&unknown).await;
        assert!(matches!(got, Err(StoreError::NotFound { address }) if address == unknown));
        let read = world.store.reader(&unknown).await;
        assert!(matches!(read, Err(StoreError::NotFound { address }) if address == unknown));
        let verified = world.store.verify(&unknown).await;
        assert!(matches!(verified, Err(StoreError::NotFound { address }) if address == unknown));
        let removed = world.store.remove(&unknown, RemovalRule::Always).await;
        assert_eq!(removed.unwrap(), Removal::Absent);
    }

    pub async fn equal_bytes_put_again_are_one_blob(world: World) {
        let first = world.store.put(b"twice".to_vec()).await.unwrap();
        let second = world.store.put(b"twice".to_vec()).await.unwrap();

        assert_eq!(first, second);
        assert_eq!(world.addresses(10).await, [first]);
        assert_eq!(world.store.get(&first).await.unwrap(), b"twice");
    }

    pub async fn concurrent_puts_of_equal_bytes_all_succeed(world: World) {
        let bytes = noise(100_000);
        let puts: Vec<_> = (0..16)
            .map(|_| {
                let (store, bytes) = (world.store.clone(), bytes.clone());
                tokio::spawn(async move { store.put(bytes).await })
            })
            .collect();

        for put in puts {
            let address = put.await.unwrap().unwrap();
            assert_eq!(address, ContentDigest::of(&bytes));
            assert!(world.store.get(&address).await.unwrap() == bytes);
        }
        assert_eq!(world.addresses(10).await, [ContentDigest::of(&bytes)]);
    }

    /// Keeps: DOC-10, JRN-08
    pub async fn a_flipped_byte_is_named_corrupt(world: World) {
        let bytes = noise(1000);
        let address = world.store.put(bytes.clone()).await.unwrap();
        let mut damaged = bytes;
        damaged[500] ^= 1;

        world.damage(&address, |kept| kept[500] ^= 1).await;

        let told = ContentDigest::of(&damaged);
        for answer in [world.store.get(&address).await.map(|_| ()), world.store.verify(&address).await.map(|_| ())] {
            let Err(StoreError::Corrupt { address: at, found }) = answer else {
                panic!("not named corrupt: {answer:?}");
            };
            assert_eq!((at, found), (address, told));
        }
        assert!(world.store.contains(&address).await.unwrap());
    }

    pub async fn a_flipped_byte_fails_a_reader_where_the_end_should_be(world: World) {
        let address = world.store.put(noise(300_000)).await.unwrap();
        world.damage(&address, |kept| kept[0] ^= 0x80).await;
        let mut reader = world.store.reader(&address).await.unwrap();

        let mut read = Vec::new();
        let error = reader.read_to_end(&mut read).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let error = error.downcast::<StoreError>().unwrap();
        assert!(matches!(error, StoreError::Corrupt { address: at, .. } if at == address));
        // It doesn't get better by asking again.
        assert!(reader.read_u8().await.is_err());
    }

    pub async fn a_cut_off_blob_is_named_corrupt(world: World) {
        for kept_bytes in [999, 1, 0] {
            let address = world.store.put(noise(1000)).await.unwrap();
            world.damage(&address, |kept| kept.truncate(kept_bytes)).await;

            let got = world.store.get(&address).await;
            assert!(matches!(got, Err(StoreError::Corrupt { address: at, .. }) if at == address));
            let verified = world.store.verify(&address).await;
            assert!(matches!(verified, Err(StoreError::Corrupt { .. })));
        }
    }

    pub async fn a_blob_with_bytes_appended_is_named_corrupt(world: World) {
        let address = world.store.put(noise(1000)).await.unwrap();

        world.damage(&address, |kept| kept.push(0)).await;

        let got = world.store.get(&address).await;
        assert!(matches!(got, Err(StoreError::Corrupt { address: at, .. }) if at == address));
    }

    pub async fn a_put_over_a_corrupt_blob_repairs_it(world: World) {
        let bytes = noise(1000);
        let address = world.store.put(bytes.clone()).await.unwrap();

        world.damage(&address, |kept| kept[0] ^= 1).await;
        assert_eq!(world.store.put(bytes.clone()).await.unwrap(), address);
        assert_eq!(world.store.get(&address).await.unwrap(), bytes);

        world.damage(&address, |kept| kept.clear()).await;
        let streamed = world.store.put_stream(&mut bytes.as_slice(), 1000).await;
        assert_eq!(streamed.unwrap().address, address);
        assert_eq!(world.store.get(&address).await.unwrap(), bytes);
    }

    pub async fn a_stream_is_kept_as_the_same_blob_as_its_bytes(world: World) {
        const PIECE: usize = 256 * 1024;
        for size in [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 1_500_000] {
            let bytes = noise(size);
            let mut reader = Trickle::of(bytes.clone());

            let stored = world.store.put_stream(&mut reader, 2_000_000).await;

            let stored = stored.unwrap();
            assert_eq!(stored.address, ContentDigest::of(&bytes));
            assert_eq!(stored.size_bytes, size as u64);
            assert!(world.store.get(&stored.address).await.unwrap() == bytes);
        }
    }

    pub async fn a_stream_at_its_limit_is_kept_and_one_byte_past_it_is_not(world: World) {
        for limit_bytes in [0, 1, 262_143, 262_144, 262_145, 600_000] {
            let at_limit = noise(limit_bytes as usize);
            let past_limit = noise(limit_bytes as usize + 1);

            let kept = world.store.put_stream(&mut at_limit.as_slice(), limit_bytes).await;
            assert_eq!(kept.unwrap().size_bytes, limit_bytes);
            let refused = world.store.put_stream(&mut past_limit.as_slice(), limit_bytes).await;

            let Err(StoreError::TooLarge { limit_bytes: told }) = refused else {
                panic!("not refused: {refused:?}");
            };
            assert_eq!(told, limit_bytes);
            let past_limit = ContentDigest::of(&past_limit);
            assert!(!world.store.contains(&past_limit).await.unwrap());
        }
    }

    pub async fn an_endless_stream_is_cut_at_its_limit(world: World) {
        let refused = world.store.put_stream(&mut repeat(7), 3_000_000).await;

        assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
        assert_eq!(world.addresses(10).await, []);
    }

    pub async fn a_stream_that_fails_leaves_nothing(world: World) {
        for sent in [0, 1000, 700_000] {
            let mut reader = Trickle::failing(noise(sent), ErrorKind::ConnectionReset);

            let refused = world.store.put_stream(&mut reader, u64::MAX).await;

            let Err(StoreError::Source(error)) = refused else {
                panic!("not blamed on the sender: {refused:?}");
            };
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        assert_eq!(world.addresses(10).await, []);
    }

    pub async fn a_list_shows_every_blob_once_and_in_order(world: World) {
        assert_eq!(world.addresses(3).await, []);
        let mut put = Vec::new();
        for number in 0..50_u8 {
            put.push(world.store.put(vec![number]).await.unwrap());
        }
        put.sort();

        assert_eq!(world.addresses(1).await, put);
        assert_eq!(world.addresses(7).await, put);
        assert_eq!(world.addresses(50).await, put);
    }

    pub async fn a_list_asked_for_too_much_or_nothing_answers_with_a_page(world: World) {
        let first = world.store.put(b"first".to_vec()).await.unwrap();
        let second = world.store.put(b"second".to_vec()).await.unwrap();
        let last = first.max(second);

        let of_none = world.store.list(None, 0).await.unwrap();
        let of_all = world.store.list(None, usize::MAX).await.unwrap();
        let after_last = world.store.list(Some(&last), LIST_PAGE_MAX_ITEMS).await;

        assert_eq!(of_none.len(), 1);
        assert_eq!(of_all.len(), 2);
        assert_eq!(after_last.unwrap(), []);
    }

    pub async fn a_list_dates_blobs_and_tells_their_size(world: World) {
        let before = SystemTime::now() - Duration::from_secs(5);
        world.store.put(noise(1234)).await.unwrap();
        let after = SystemTime::now() + Duration::from_secs(5);

        let listed = world.store.list(None, 10).await.unwrap();

        assert_eq!(listed[0].size_bytes, 1234);
        assert!(before < listed[0].written_at && listed[0].written_at < after);
    }

    pub async fn a_removed_blob_is_gone_and_may_be_put_again(world: World) {
        let address = world.store.put(b"erase me".to_vec()).await.unwrap();
        let other = world.store.put(b"leave me".to_vec()).await.unwrap();

        let removed = world.store.remove(&address, RemovalRule::Always).await;

        assert_eq!(removed.unwrap(), Removal::Removed);
        assert!(!world.store.contains(&address).await.unwrap());
        let got = world.store.get(&address).await;
        assert!(matches!(got, Err(StoreError::NotFound { .. })));
        assert_eq!(world.addresses(10).await, [other]);
        assert_eq!(world.store.put(b"erase me".to_vec()).await.unwrap(), address);
        assert_eq!(world.store.get(&address).await.unwrap(), b"erase me");
    }

    pub async fn a_sweep_spares_what_was_put_since(world: World) {
        let address = world.store.put(b"orphan".to_vec()).await.unwrap();
        let written_at = world.store.list(None, 1).await.unwrap()[0].written_at;
        let just_after = written_at + world.date_step;

        let at_the_moment = RemovalRule::LastPutBefore(written_at);
        let kept = world.store.remove(&address, at_the_moment).await.unwrap();
        assert_eq!(kept, Removal::Kept);
        assert_eq!(world.store.get(&address).await.unwrap(), b"orphan");

        let past_it = RemovalRule::LastPutBefore(just_after);
        let removed = world.store.remove(&address, past_it).await.unwrap();
        assert_eq!(removed, Removal::Removed);
        assert!(!world.store.contains(&address).await.unwrap());
    }

    pub async fn a_put_makes_an_old_blob_young_again(world: World) {
        let address = world.store.put(b"orphan".to_vec()).await.unwrap();
        let written_at = world.store.list(None, 1).await.unwrap()[0].written_at;
        let sweep_from = RemovalRule::LastPutBefore(written_at + world.date_step);
        // File systems date files by a clock that ticks every few milliseconds, services of S3 to the second.
        tokio::time::sleep(world.date_step + Duration::from_millis(50)).await;

        world.store.put(b"orphan".to_vec()).await.unwrap();

        let kept = world.store.remove(&address, sweep_from).await.unwrap();
        assert_eq!(kept, Removal::Kept);
        assert_eq!(world.store.get(&address).await.unwrap(), b"orphan");
    }
}

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qolhat_fuzz::targets::name(data));

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consnap_tests::foreign_bytes::script_record(bytes));

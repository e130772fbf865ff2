//! How many results a second are decoded, from the bytes of a page to its outcomes, on one core.
//!
//! `cargo test --release -p consnap-tests --test decode_speed -- --ignored --nocapture`

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use consnap_core::plugin::output::{ContentEncoding, decode_page};

const PAGE: usize = 50;

/// A reply of `DescribeInvocationResults` with 50 results.
fn page(output: &str) -> String {
    let output = STANDARD.encode(output);
    let mut text = r#"{"RequestId":"7C0E4B1A-22F1-5D09-9A53-0B6E1D2F3A41","Invocation":{"PageNumber":1,"PageSize":50,"TotalCount":50,"NextToken":"","InvocationResults":{"InvocationResult":["#.to_owned();
    for index in 0..PAGE {
        let comma = if index > 0 { "," } else { "" };
        write!(
            text,
            r#"{comma}{{"InvokeId":"t-hz0exampleinv0001","CommandId":"c-hz0examplecmd0001","InstanceId":"i-bp1example00000000{index:02}","InvocationStatus":"Success","InvokeRecordStatus":"Finished","ExitCode":0,"Output":"{output}","Dropped":0,"ErrorCode":"","ErrorInfo":"","StartTime":"2025-11-03T08:12:44Z","FinishedTime":"2025-11-03T08:12:53Z","StopTime":"","Repeats":1,"Username":"root","Tags":{{"Tag":[]}}}}"#
        )
        .unwrap();
    }
    text + "]}}}"
}

const LAST_LINE: &str =
    "[snapshotgroup=\"ssg-bp1example0000000001\"][message=\"Finish whole Processes of Snapshot successfully\"]\n";

/// 25 lines, about 3.5 kB, as plug-in 1.8 writes them.
fn long_output() -> String {
    let mut text = String::new();
    for index in 0..24 {
        let message = match index {
            0 => "Version 1.0.0.8".to_owned(),
            10 => "###########1. Starting FsFreeze".to_owned(),
            12 => "###########3. Filesystem Freeze Completed".to_owned(),
            20 => "###########4. Thawing FsFreeze".to_owned(),
            22 => "Take AppConsistent snapshots successfully".to_owned(),
            _ => format!(
                "Network connection RequestId= 5B8F1D20-22F1-5D09-9A53-0B6E1D2F3A{index}, timeCost=117.520334ms, attempt 1"
            ),
        };
        writeln!(text, "[level=\"info\"][time=\"2025-11-03 08:12:45.1203349{index:02}\"][message=\"{message}\"]")
            .unwrap();
    }
    text + LAST_LINE
}

/// What this thread has had of the processor, where the system tells: other work on the machine does not count.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn per_second(page: &str) -> f64 {
    let checked = decode_page(page.as_bytes(), ContentEncoding::Base64);
    assert!(checked.findings.is_empty() && checked.outcomes.len() == PAGE);
    assert!(checked.outcomes.iter().all(|outcome| outcome.succeeded && outcome.findings.is_empty()));
    let mut best = 0.0_f64;
    for _ in 0..5 {
        let (start, used) = (Instant::now(), processor_time());
        let mut count = 0;
        while start.elapsed() < Duration::from_millis(500) {
            for _ in 0..20 {
                count += decode_page(page.as_bytes(), ContentEncoding::Base64).outcomes.len();
            }
        }
        let used = processor_time().zip(used).map_or(start.elapsed(), |(after, before)| after.saturating_sub(before));
        best = best.max(count as f64 / used.as_secs_f64());
    }
    best
}

#[test]
#[ignore = "a measurement, of meaning in release only"]
fn speed() {
    for (name, output, wanted) in
        [("one line", LAST_LINE.to_owned(), 800_000.0), ("25 lines", long_output(), 150_000.0)]
    {
        let page = page(&output);
        let rate = per_second(&page);
        println!(
            "{name}: output {} bytes, page {} bytes: {rate:.0} results/s (wanted {wanted})",
            output.len(),
            page.len()
        );
    }
}

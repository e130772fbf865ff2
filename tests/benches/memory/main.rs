//! `cargo xtask bench memory`: what the session itself keeps in memory over a large run, told apart from the simulator it
//! runs against. A program of its own, because counting every allocation would slow what `engine` measures.

use consnap_core::Time;
use consnap_core::base::http::HttpRequest;
use consnap_core::run::session::Session;
use consnap_simulator::{Answer, Arrival, Ended, MemoryDriver, Onward, Service, Simulator};
use peak_alloc::PeakAlloc;

#[path = "../engine/fleet.rs"]
mod fleet;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// A simulator whose own memory is known.
struct Weighed {
    inner: Simulator,
    /// Bytes the simulator has taken since the run began.
    simulator: usize,
    /// The most that everything else ever took.
    most: usize,
}

impl Service for Weighed {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let before = ALLOCATED.current_usage();
        self.most = self.most.max(before.saturating_sub(self.simulator));
        let answer = self.inner.handle(now, request);
        let given = match &answer.what {
            Arrival::Reply(reply) => reply.body.capacity(),
            _ => 0,
        };
        self.simulator += ALLOCATED.current_usage().saturating_sub(before).saturating_sub(given);
        answer
    }
}

fn main() {
    for count in [10_000, 100_000] {
        let (simulator, setup) = fleet::run_over(count);
        let held = ALLOCATED.current_usage();
        let mut weighed = Weighed { inner: simulator, simulator: held, most: 0 };
        let mut driver = MemoryDriver::new(fleet::start(), fleet::credential());
        let mut session = Session::new(setup, fleet::start());
        let ended = driver.run(&mut session, &mut weighed, |_| Onward::Go);
        assert_eq!(ended, Ended::Done);
        assert_eq!(session.state().counts.failures, 0);
        let megabytes = weighed.most as f64 / 1_048_576.0;
        println!(
            "{:<58} {:>26}   {:<34} {}",
            format!("memory of the session alone, {count} instances"),
            format!("{megabytes:.0} MB, {:.0} bytes each", weighed.most as f64 / f64::from(count)),
            "at most 250 MB at 100,000",
            if megabytes <= 250.0 { "yes" } else { "NO" }
        );
    }
}

//! A client and a service whose clocks go their own ways.

use consnap_core::Time;
use consnap_core::base::http::HttpRequest;
use consnap_simulator::{Answer, Arrival, Service, Simulator};
use consnap_tests::service_step::{ServiceStep, shift_date};

use super::{Dice, begin};

/// The client's machine sleeps: the service's time goes on, the client's stands still, goes on too, or is set otherwise. And
/// of the service's front ends some have a clock that is a little off.
pub(crate) struct Clocks {
    /// How far the service's clock is ahead of the client's, in milliseconds.
    ahead: i64,
    calls: u64,
    sleeps: Vec<Sleep>,
    front_ends: Vec<(u64, i64)>,
    steps: u64,
    changes: Vec<(u64, Change)>,
}

struct Sleep {
    /// At which call.
    call: u64,
    before_effect: bool,
    millis: i64,
}

/// What happens to the client's clock between two steps of its process, in milliseconds.
#[derive(Copy, Clone)]
enum Change {
    /// The machine sleeps, and the clock stands still.
    Slept(i64),
    /// The process is suspended, and the clock goes on.
    Suspended(i64),
    /// The clock is set ahead.
    SetAhead(i64),
}

impl Clocks {
    /// Clocks that go alike.
    pub(crate) fn alike() -> Self {
        Self { ahead: 0, calls: 0, sleeps: Vec::new(), front_ends: Vec::new(), steps: 0, changes: Vec::new() }
    }

    /// A few sleeps within the first calls, and a few front ends.
    pub(crate) fn apart(dice: &mut Dice) -> Self {
        let mut clocks = Self::alike();
        for _ in 0..=dice.below(3) {
            let seconds = dice.pick(&[20, 300, 540, 700, 1_200, 7_200]);
            clocks.sleeps.push(Sleep {
                call: dice.below(50),
                before_effect: dice.one_in(3),
                millis: seconds * 1_000 + i64::try_from(dice.below(1_000)).unwrap(),
            });
        }
        for _ in 0..dice.below(4) {
            let seconds = dice.pick(&[-60, -20, 20, 60]);
            clocks.front_ends.push((dice.below(50), seconds * 1_000));
        }
        clocks
    }

    /// A few changes between two steps of the process.
    pub(crate) fn change(&mut self, dice: &mut Dice) {
        for _ in 0..dice.below(4) {
            let millis = dice.pick(&[5_000, 45_000, 300_000, 540_000, 1_200_000, 7_200_000]);
            let change = match dice.below(3) {
                0 => Change::Slept(millis),
                1 => Change::Suspended(millis),
                _ => Change::SetAhead(millis),
            };
            self.changes.push((dice.below(400), change));
        }
    }

    /// What happens before the next step of a process whose clock is given.
    pub(crate) fn before_step(&mut self, now: &mut Time) {
        for (_, change) in self.changes.iter().filter(|(step, _)| *step == self.steps) {
            match *change {
                Change::Slept(millis) => self.ahead += millis,
                Change::Suspended(millis) => *now = Time::from_millis(now.millis() + millis),
                Change::SetAhead(millis) => {
                    *now = Time::from_millis(now.millis() + millis);
                    self.ahead -= millis;
                }
            }
        }
        self.steps += 1;
    }

    pub(crate) fn service_time(&self, clients: Time) -> Time {
        Time::from_millis(clients.millis() + self.ahead)
    }

    /// A new process begins on the client's side: its clock was put right, or wrong, meanwhile.
    pub(crate) fn client_shows(&mut self, clients: Time, service: Time) {
        self.ahead = service.millis() - clients.millis();
    }

    /// The service as this client sees it.
    pub(crate) fn towards<'c>(&'c mut self, simulator: &'c mut Simulator, step: Option<ServiceStep>) -> Towards<'c> {
        Towards { clocks: self, simulator, step }
    }

    fn sleep(&mut self, before_effect: bool) {
        let call = self.calls;
        let now = self.sleeps.iter().filter(|sleep| sleep.call == call && sleep.before_effect == before_effect);
        self.ahead += now.map(|sleep| sleep.millis).sum::<i64>();
    }
}

/// The service's clock is set within ten minutes, by so little that signatures stay valid.
pub(crate) fn service_step(dice: &mut Dice) -> ServiceStep {
    let at = Time::from_millis(begin().millis() + i64::try_from(dice.below(600_000)).unwrap());
    ServiceStep { at, millis: dice.pick(&[-600_000, -300_000, -90_000, 90_000, 300_000, 600_000]) }
}

/// The service behind the clocks.
pub(crate) struct Towards<'c> {
    clocks: &'c mut Clocks,
    simulator: &'c mut Simulator,
    step: Option<ServiceStep>,
}

impl Service for Towards<'_> {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let Self { clocks, simulator, step } = self;
        clocks.sleep(true);
        let ahead = clocks.ahead;
        let mut answer = simulator.handle(clocks.service_time(now), request);
        answer.at = Time::from_millis(answer.at.millis() - ahead);
        let call = clocks.calls;
        let off: i64 = clocks.front_ends.iter().filter(|(at, _)| *at == call).map(|(_, millis)| *millis).sum();
        if let Arrival::Reply(reply) = &mut answer.what {
            if let Some(step) = step {
                step.rewrite(reply);
            }
            if off != 0 {
                shift_date(reply, |date| Time::from_millis(date.millis() + off));
            }
        }
        clocks.sleep(false);
        clocks.calls += 1;
        answer
    }
}

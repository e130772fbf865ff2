//! A client and a service whose clocks go their own ways.

use consnap_core::Time;
use consnap_core::base::http::HttpRequest;
use consnap_simulator::{Answer, Arrival, Service, Simulator};

use super::Dice;

/// The client's machine sleeps between a call and its effect, or between the effect and the reply: the service's time goes on,
/// the client's stands still. And of the service's front ends some have a clock that is a little off.
pub(crate) struct Clocks {
    pub(crate) simulator: Simulator,
    /// How far the service's clock is ahead of the client's, in milliseconds.
    ahead: i64,
    calls: u64,
    sleeps: Vec<Sleep>,
    front_ends: Vec<(u64, i64)>,
}

struct Sleep {
    /// At which call.
    call: u64,
    before_effect: bool,
    millis: i64,
}

impl Clocks {
    /// Clocks that go alike.
    pub(crate) fn alike(simulator: Simulator) -> Self {
        Self { simulator, ahead: 0, calls: 0, sleeps: Vec::new(), front_ends: Vec::new() }
    }

    /// A few sleeps within the first calls, and a few front ends.
    pub(crate) fn apart(simulator: Simulator, dice: &mut Dice) -> Self {
        let mut clocks = Self::alike(simulator);
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

    pub(crate) fn service_time(&self, clients: Time) -> Time {
        Time::from_millis(clients.millis() + self.ahead)
    }

    /// A new process begins on the client's side: its clock was put right, or wrong, meanwhile.
    pub(crate) fn client_shows(&mut self, clients: Time, service: Time) {
        self.ahead = service.millis() - clients.millis();
    }

    fn sleep(&mut self, before_effect: bool) {
        let call = self.calls;
        let now = self.sleeps.iter().filter(|sleep| sleep.call == call && sleep.before_effect == before_effect);
        self.ahead += now.map(|sleep| sleep.millis).sum::<i64>();
    }
}

impl Service for Clocks {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        self.sleep(true);
        let ahead = self.ahead;
        let mut answer = self.simulator.handle(self.service_time(now), request);
        answer.at = Time::from_millis(answer.at.millis() - ahead);
        let call = self.calls;
        let off: i64 = self.front_ends.iter().filter(|(at, _)| *at == call).map(|(_, millis)| *millis).sum();
        if let (true, Arrival::Reply(reply)) = (off != 0, &mut answer.what) {
            for (name, value) in &mut reply.headers {
                if name.eq_ignore_ascii_case("date")
                    && let Some(date) = Time::parse_http_date(value)
                {
                    *value = Time::from_millis(date.millis() + off).to_http_date();
                }
            }
        }
        self.sleep(false);
        self.calls += 1;
        answer
    }
}

//! The driver: it obeys the session. It signs, sends, waits and reports back; it decides nothing.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, Sent, TransportFailure, TransportReason};
use consnap_core::ecs::api::ApiCall;
use consnap_core::run::session::{Next, Numbered, Send as Outgoing, Session, State};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Signs and sends one call.
pub trait Caller: Send + Sync + 'static {
    /// Sends a call, signed for a time. No retries: whether to repeat is the session's decision.
    fn call(&self, call: ApiCall, signed_at: Time) -> impl Future<Output = Result<HttpReply, TransportFailure>> + Send;
}

/// Where events go before the calls that depend on them. Failures are told to the session, which stops starting.
pub trait Record {
    /// Why it failed.
    type Error: std::fmt::Display;
    /// Takes in one event; it need not be durable yet.
    fn append(&mut self, numbered: &Numbered) -> Result<(), Self::Error>;
    /// Everything so far survives the death of this process when this returns.
    fn flush(&mut self) -> Result<(), Self::Error>;
    /// Everything so far is durable when this returns.
    fn sync(&mut self) -> Result<(), Self::Error>;
    /// Keeps a raw reply that may decide a verdict.
    fn keep_reply(&mut self, call_id: u64, call: &ApiCall, reply: &HttpReply) -> Result<(), Self::Error>;
}

/// The clock of a process: its start plus monotonic time, so that a jump of the wall clock changes nothing. The time in which
/// the machine sleeps counts: what happened before is that much older. A scale above 1 runs faster than the wall, for
/// rehearsals against a simulator of the same scale.
#[derive(Copy, Clone, Debug)]
pub struct Clock {
    start: Time,
    anchor: Duration,
    scale: f64,
}

impl Clock {
    /// A clock that reads `start` now.
    pub fn starting_at(start: Time, scale: f64) -> Self {
        Self { start, anchor: since_boot(), scale: if scale.is_finite() && scale > 0.0 { scale } else { 1.0 } }
    }

    /// The wall clock at normal speed, never before `not_before`: after a resume, the last event's time.
    pub fn of_wall(not_before: Time) -> Self {
        let wall = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Self::starting_at(Time::from_millis(wall).max(not_before), 1.0)
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.start.plus(since_boot().saturating_sub(self.anchor).mul_f64(self.scale))
    }

    /// Waits until a time.
    pub async fn wait_until(&self, at: Time) {
        let left = at.since(self.now()).div_f64(self.scale);
        // A timer far away only has to be long, and a timer of nothing must still let others run.
        // Timers stand still while the machine sleeps, this clock does not: it is looked at again now and then.
        tokio::time::sleep(left.clamp(Duration::from_micros(200), Duration::from_secs(30))).await;
    }
}

/// Time that never jumps and goes on while the machine sleeps.
#[cfg(unix)]
fn since_boot() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    // On Linux `CLOCK_MONOTONIC` stands still in sleep; on macOS it is the one that does not.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let now = clock_gettime(ClockId::Boottime);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The same: the counter of Windows counts sleep too.
#[cfg(not(unix))]
fn since_boot() -> Duration {
    static ORIGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    ORIGIN.get_or_init(std::time::Instant::now).elapsed()
}

/// A call with what came of it.
type Answered = (Outgoing, Result<HttpReply, TransportFailure>);

/// What the user wants.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    #[default]
    Run,
    /// Start nothing new, follow what runs to its end.
    Drain,
    /// Leave at once; the journal has everything.
    Abort,
}

/// How far a session was driven.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Driven {
    /// It is over.
    Over,
    /// The plan is made, and the session pauses as its setup asks. Let it go ahead and drive on, or leave it.
    Planned,
    /// The user left.
    Left,
}

/// Drives a session to its end, to the pause at its plan, or until the user leaves.
pub async fn drive<C: Caller, R: Record>(
    session: &mut Session,
    record: &mut R,
    caller: &Arc<C>,
    clock: &Clock,
    mut control: watch::Receiver<Control>,
    mut observe: impl FnMut(&State, &[Numbered]),
) -> Driven {
    let mut calls: JoinSet<Answered> = JoinSet::new();
    let mut call_of_task: HashMap<tokio::task::Id, u64> = HashMap::new();
    let mut control_ended = false;
    // An event that could not be recorded is missing for good: from then on nothing that writes is sent.
    let mut recorded = true;
    loop {
        match *control.borrow_and_update() {
            Control::Run => {}
            Control::Drain => session.stop(clock.now()),
            Control::Abort => {
                write_events(session, record, clock, &mut observe);
                let _ = record.sync();
                return Driven::Left;
            }
        }
        let next = session.poll(clock.now());
        recorded &= write_events(session, record, clock, &mut observe);
        match next {
            Next::Planned => return Driven::Planned,
            Next::Done => {
                write_events(session, record, clock, &mut observe);
                let _ = record.sync();
                return Driven::Over;
            }
            Next::Send(send) => {
                if send.after > 0 && !(recorded && record.sync().is_ok()) {
                    session.journal_failed(clock.now());
                    let detail = "the journal cannot be written".to_owned();
                    let unsent = TransportFailure { sent: Sent::No, reason: TransportReason::Other, detail };
                    session.handle(clock.now(), send.call_id, Err(unsent));
                    continue;
                }
                let caller = Arc::clone(caller);
                let signed_at = Time::from_millis(clock.now().millis().saturating_add(send.clock_offset_millis));
                let call_id = send.call_id;
                let task = calls.spawn(async move {
                    let result = caller.call(send.call.clone(), signed_at).await;
                    (*send, result)
                });
                call_of_task.insert(task.id(), call_id);
            }
            Next::WaitUntil(at) => {
                if record.flush().is_err() {
                    session.journal_failed(clock.now());
                }
                tokio::select! {
                    Some(joined) = calls.join_next_with_id(), if !calls.is_empty() => match joined {
                        Ok((task, (send, result))) => {
                            call_of_task.remove(&task);
                            if let (true, Ok(reply)) = (send.keep_reply, &result)
                                && record.keep_reply(send.call_id, &send.call, reply).is_err()
                            {
                                session.journal_failed(clock.now());
                            }
                            session.handle(clock.now(), send.call_id, result);
                        }
                        Err(died) => {
                            // A call whose task died is a call that may have been sent and has no reply.
                            if let Some(call_id) = call_of_task.remove(&died.id()) {
                                let detail = "the task of the call died".to_owned();
                                let reason = TransportReason::Other;
                                let failure = TransportFailure { sent: Sent::Maybe, reason, detail };
                                session.handle(clock.now(), call_id, Err(failure));
                            }
                        }
                    },
                    () = clock.wait_until(at) => {}
                    changed = control.changed(), if !control_ended => control_ended = changed.is_err(),
                }
            }
        }
    }
}

/// Hands new events on. Whether all of them are in the record.
fn write_events<R: Record>(
    session: &mut Session,
    record: &mut R,
    clock: &Clock,
    observe: &mut impl FnMut(&State, &[Numbered]),
) -> bool {
    let events = session.events();
    if events.is_empty() {
        return true;
    }
    let written = events.iter().try_for_each(|numbered| record.append(numbered));
    if written.is_err() {
        session.journal_failed(clock.now());
    }
    observe(session.state(), &events);
    written.is_ok()
}

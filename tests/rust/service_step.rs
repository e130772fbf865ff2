//! A service whose clock is set while it is used.

use consnap_core::Time;
use consnap_core::base::http::HttpReply;
use serde_json::Value;

/// The service's clock is set: what it says from then on is that much later, or earlier.
#[derive(Copy, Clone, Debug)]
pub struct ServiceStep {
    /// When, by the clock before.
    pub at: Time,
    /// Milliseconds.
    pub millis: i64,
}

impl ServiceStep {
    fn shown(self, time: Time) -> Time {
        if time >= self.at { Time::from_millis(time.millis() + self.millis) } else { time }
    }

    /// Every time that a reply names, as the service's clock shows it.
    pub fn rewrite(self, reply: &mut HttpReply) {
        shift_date(reply, |date| self.shown(date));
        if let Ok(mut body) = serde_json::from_slice(&reply.body) {
            self.rewrite_value(&mut body);
            reply.body = body.to_string().into_bytes();
        }
    }

    fn rewrite_value(self, value: &mut Value) {
        match value {
            Value::String(text) if text.len() == 20 => {
                if let Some(time) = Time::parse(text) {
                    *text = self.shown(time).to_wire();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rewrite_value(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.rewrite_value(member)),
            _ => {}
        }
    }
}

/// Changes the time at which a reply was written.
pub fn shift_date(reply: &mut HttpReply, change: impl Fn(Time) -> Time) {
    for (name, value) in &mut reply.headers {
        if name.eq_ignore_ascii_case("date")
            && let Some(date) = Time::parse_http_date(value)
        {
            *value = change(date).to_http_date();
        }
    }
}

//! Results of an invocation that come as another's.

use serde_json::{Map, Value};

use crate::scenario::ForeignResult;

/// Neither is ever given out by the world (`world::ids`).
const OTHER_INVOCATION: &str = "t-hz0otherinvocation";
const OTHER_INSTANCE: &str = "i-bp1otherinstance0000";

/// Exchanges the results in a reply of `DescribeInvocations` or `DescribeInvocationResults`. Any other body stays as it is.
pub(super) fn exchange(body: &mut Vec<u8>, fault: ForeignResult) {
    let Ok(mut reply) = serde_json::from_slice::<Value>(body) else { return };
    if let Some(Value::Array(invocations)) = reply.pointer_mut("/Invocations/Invocation") {
        match fault {
            ForeignResult::OtherInvocation => invocations.iter_mut().for_each(to_other_invocation),
            ForeignResult::OtherInvocationToo => {
                let mut others = invocations.clone();
                others.iter_mut().for_each(to_other_invocation);
                invocations.splice(0..0, others);
            }
            _ => {
                for invocation in invocations {
                    if let Some(Value::Array(results)) = invocation.pointer_mut("/InvokeInstances/InvokeInstance") {
                        exchange_results(results, fault);
                    }
                }
            }
        }
    } else if let Some(Value::Array(results)) = reply.pointer_mut("/Invocation/InvocationResults/InvocationResult") {
        exchange_results(results, fault);
    }
    *body = reply.to_string().into_bytes();
}

fn to_other_invocation(invocation: &mut Value) {
    if let Some(Value::Array(results)) = invocation.pointer_mut("/InvokeInstances/InvokeInstance") {
        exchange_results(results, ForeignResult::OtherInvocation);
    }
    if let Some(id) = invocation.get_mut("InvokeId") {
        *id = Value::from(OTHER_INVOCATION);
    }
}

fn exchange_results(results: &mut Vec<Value>, fault: ForeignResult) {
    let others: Vec<Value> = results.iter().filter_map(Value::as_object).map(|right| other(right, fault)).collect();
    match fault {
        ForeignResult::OtherInvocation | ForeignResult::OtherInstance | ForeignResult::OtherCommand => {
            *results = others;
        }
        ForeignResult::OtherInvocationToo | ForeignResult::OtherInstanceToo => drop(results.splice(0..0, others)),
        ForeignResult::OtherCommandToo | ForeignResult::Second => results.extend(others),
    }
}

/// A result that is over and says the opposite of the right one.
fn other(right: &Map<String, Value>, fault: ForeignResult) -> Value {
    let mut other = right.clone();
    let good = right.get("ExitCode").and_then(Value::as_i64) != Some(0);
    let (status, legacy, code) = if good { ("Success", "Finished", 0) } else { ("Failed", "Failed", 2) };
    let mut put = |name: &str, value: Value, always: bool| {
        if always || right.contains_key(name) {
            other.insert(name.to_owned(), value);
        }
    };
    put("InvocationStatus", Value::from(status), true);
    put("ExitCode", Value::from(code), true);
    put("InstanceInvokeStatus", Value::from(legacy), false);
    put("InvokeRecordStatus", Value::from(legacy), false);
    put("ErrorCode", Value::from(""), true);
    put("ErrorInfo", Value::from(""), true);
    put("Output", Value::from(""), true);
    match fault {
        ForeignResult::OtherInstance | ForeignResult::OtherInstanceToo => {
            put("InstanceId", Value::from(OTHER_INSTANCE), true);
        }
        ForeignResult::OtherInvocation | ForeignResult::OtherInvocationToo => {
            put("InvokeId", Value::from(OTHER_INVOCATION), false);
        }
        ForeignResult::OtherCommand | ForeignResult::OtherCommandToo => {
            let long_ago = "2026-01-01T00:00:00Z";
            put("InvokeId", Value::from(OTHER_INVOCATION), false);
            for time in ["CreationTime", "StartTime", "FinishTime", "FinishedTime", "UpdateTime"] {
                put(time, Value::from(long_ago), false);
            }
        }
        ForeignResult::Second => {}
    }
    Value::Object(other)
}

//! Runs of the past, from their journals: listed, shown, released. Nothing is sent.

use std::path::PathBuf;

use consnap_client::driver::Clock;
use consnap_client::journal;
use consnap_client::open_guests;
use consnap_client::past_run::{PastRun, history};
use consnap_core::report::Report;
use consnap_core::{Error, Lang, Time};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::reading;

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "what")]
enum Question {
    History { limit: usize, state_directory: Option<PathBuf> },
    Show { run_id: String, state_directory: Option<PathBuf> },
    Status { state_directory: Option<PathBuf> },
    Release { run_id: String, instance_id: String, note: String, by: Option<String>, state_directory: Option<PathBuf> },
}

/// The answer from the journals of a state directory; that of the command line where none is given.
pub(crate) fn answer(request: &[u8], lang: Lang) -> Result<Value, Error> {
    let question = serde_json::from_slice(request);
    let question = question.map_err(|error| reading::unreadable("past runs", error.to_string()))?;
    let directory = |given: Option<PathBuf>| match given {
        Some(directory) => Ok(directory),
        None => journal::state_directory(|name| std::env::var(name).ok()),
    };
    let now = Clock::of_wall(Time::EPOCH).now();
    match question {
        Question::History { limit, state_directory } => Ok(json!(history(&directory(state_directory)?, limit, lang)?)),
        Question::Show { run_id, state_directory } => {
            let past = PastRun::load(&directory(state_directory)?, &run_id)?;
            Ok(json!(Report::of(&past.state(), None, 0, lang)))
        }
        Question::Status { state_directory } => {
            Ok(json!(open_guests::open(&directory(state_directory)?, None, now, lang)?.status(lang)))
        }
        Question::Release { run_id, instance_id, note, by, state_directory } => {
            let by = by.unwrap_or_else(open_guests::this_user);
            let release = open_guests::release(&directory(state_directory)?, &run_id, &instance_id, (&by, &note), now)?;
            Ok(json!(release))
        }
    }
}

//! Runs, plans and later looks: what Python asks for, handed to the client crate.

use std::collections::BTreeSet;
use std::sync::Arc;

use consnap_client::driver::{Clock, Control, Driven};
use consnap_client::operations::rerun::Rerun;
use consnap_client::operations::{
    Connection, JobRead, PolicyGate, RunOptions, begin_run, read_job, resume_run, verify_run,
};
use consnap_client::past_run::PastRun;
use consnap_client::run::Run;
use consnap_core::base::http::Sent;
use consnap_core::check::CheckContext;
use consnap_core::diagnostics::messages::runs;
use consnap_core::input::facts::InstanceFacts;
use consnap_core::report::Report;
use consnap_core::run::session::{Goal, Numbered, State};
use consnap_core::{Error, ErrorKind, Lang, Time, input::job};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::client::Inner;
use crate::event_loop::closed;
use crate::progress::Progress;
use crate::reading;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Discover,
    Plan,
    Run,
    Resume,
    Rerun,
    Verify,
}

/// What Python asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    what: What,
    /// The job, for a plan and a new run; for a discovery only its selection counts.
    #[serde(default)]
    job: Value,
    /// The run to go on with or to look at again; for a new one the id it gets.
    pub(crate) run_id: Option<String>,
    /// The run of which instances are run again.
    of_run: Option<String>,
    /// Only a plan with this hash may run.
    approved_plan: Option<String>,
    /// The instance this script runs on may be among the targets.
    #[serde(default)]
    include_self: bool,
    /// The selection may have shrunk since the last run of the job.
    #[serde(default)]
    fewer: bool,
    /// Judge by the documents of this day.
    as_of: Option<String>,
    /// Policies that a plan and a new run are held to.
    policies: Option<Value>,
    /// Whether anybody reads events.
    #[serde(default)]
    events: bool,
}

impl Task {
    /// Whether it is a new run, which has an id and a journal.
    pub(crate) fn is_run(&self) -> bool {
        matches!(self.what, What::Run | What::Rerun)
    }
}

/// Where a task tells how it goes. One that ends without an outcome was left: its client was closed.
pub(crate) struct OutcomeSender {
    progress: Arc<Progress>,
    run_id: Option<String>,
}

impl OutcomeSender {
    pub(crate) fn new(progress: Arc<Progress>, run_id: Option<&str>) -> Self {
        Self { progress, run_id: run_id.map(str::to_owned) }
    }

    fn left(&self, sent: Sent) -> Error {
        match &self.run_id {
            Some(run_id) => {
                let mut error = Error::new(ErrorKind::Rejected, &runs::LEFT).with("run", run_id);
                error.sent = sent;
                error
            }
            None => closed("Client", sent),
        }
    }
}

impl Drop for OutcomeSender {
    fn drop(&mut self) {
        self.progress.end(Err(self.left(Sent::Maybe)));
    }
}

/// Reads what is asked for.
pub(crate) fn read(request: &[u8]) -> Result<Task, Error> {
    serde_json::from_slice(request).map_err(|error| reading::unreadable("run", error.to_string()))
}

/// Carries it out and tells what happens. It ends early when nobody listens any more.
pub(crate) async fn carry_out(
    inner: Arc<Inner>,
    task: Task,
    lang: Lang,
    control: watch::Receiver<Control>,
    told: OutcomeSender,
) {
    let what = task.what;
    let ended = drive(&inner, task, lang, control, &told).await;
    told.progress.end(ended.map(|ended| match ended {
        Ended::Run(run) => report(&run, what, lang),
        Ended::NothingToRerun(report) => written(*report),
    }));
}

/// What a task came to.
enum Ended {
    Run(Box<Run>),
    /// No instance of a past run is to be run again: the report of the look at it.
    NothingToRerun(Box<Report>),
}

async fn drive(
    inner: &Inner,
    task: Task,
    lang: Lang,
    control: watch::Receiver<Control>,
    told: &OutcomeSender,
) -> Result<Ended, Error> {
    let (what, events) = (task.what, task.events);
    let observe = move |_: &State, news: &[Numbered]| {
        for numbered in news.iter().filter(|_| events) {
            if let Ok(text) = serde_json::to_vec(numbered) {
                told.progress.event(text);
            }
        }
    };
    let run_id = task.run_id.clone().unwrap_or_default();
    let policies = task.policies.as_ref().map(policies_of).transpose()?;
    // Nobody resumes the old run meanwhile.
    let rerun = task.of_run.as_deref().map(|run_id| Rerun::open(run_id, &inner.state_directory, lang)).transpose()?;
    let options = RunOptions { policies: policies.as_ref(), ..RunOptions::default() };
    let mut run = match task.what {
        What::Discover => begin(inner, selection(task), Goal::Plan, RunOptions::default()).await?,
        What::Plan => begin(inner, task, Goal::Plan, options).await?,
        What::Run => begin(inner, task, Goal::Run, options).await?,
        What::Rerun => {
            let Some(rerun) = &rerun else { return Err(reading::unusable("rerun", "it names no run".to_owned())) };
            let mut look = verify_run(rerun.past(), &connection(inner, Vec::new()), lang)?;
            if look.drive(control.clone(), |_, _| {}).await? == Driven::Left {
                return Err(told.left(Sent::No));
            }
            let chosen = rerun.select(&look, lang)?;
            if chosen.again.is_empty() {
                return Ok(Ended::NothingToRerun(Box::new(chosen.report_of_nothing(look.report(lang), lang))));
            }
            let task = Task { job: rerun.job(&chosen), ..task };
            let options = RunOptions { policies: policies.as_ref(), ..rerun.options(&chosen) };
            begin(inner, task, Goal::Run, options).await?
        }
        What::Resume => resume_run(&run_id, &connection(inner, Vec::new()), &inner.state_directory)?,
        What::Verify => {
            let past = PastRun::load(&inner.state_directory, &run_id)?;
            verify_run(&past, &connection(inner, Vec::new()), lang)?
        }
    };
    let mut driven = run.drive(control.clone(), observe).await?;
    if let Some(policies) = &policies
        && run.session().error().is_none()
        && driven != Driven::Left
    {
        if let Some(refusal) = policies.judge(&run, lang).refusal {
            return Err(refusal);
        }
        if driven == Driven::Planned {
            run.go_ahead()?;
            driven = run.drive(control, observe).await?;
        }
    }
    if driven == Driven::Left && (run.directory().is_none() || matches!(what, What::Plan | What::Discover)) {
        // There is no report of what was not begun.
        return Err(told.left(Sent::Maybe));
    }
    match run.session().error() {
        // Whoever asks which instances there are is told that there are none.
        Some(error) if what == What::Discover && error.row.code == runs::NOTHING_SELECTED.code => {
            Ok(Ended::Run(Box::new(run)))
        }
        // Nothing was started.
        Some(error) => Err(error.clone()),
        None => Ok(Ended::Run(Box::new(run))),
    }
}

/// Where an operation of this client works.
fn connection(inner: &Inner, regions: Vec<String>) -> Connection {
    let Inner { is_loopback, time_scale, .. } = *inner;
    Connection { caller: Arc::clone(&inner.caller), regions, is_loopback, time_scale }
}

/// Policies that can be judged by; one that cannot be read refuses before anything is sent.
fn policies_of(documents: &Value) -> Result<PolicyGate, Error> {
    let gate = PolicyGate::read(documents);
    gate.usable()?;
    Ok(gate)
}

/// A task that looks for the instances of a job and into no guest: nothing but its selection is left.
fn selection(mut task: Task) -> Task {
    let chosen = |key: &str| task.job.get(key).cloned();
    let mut job = json!({"version": 1, "instance_ram_role": "attached", "group_name": "discover-{run}"});
    for key in ["version", "regions", "targets"] {
        if let (Some(job), Some(value)) = (job.as_object_mut(), chosen(key)) {
            job.insert(key.to_owned(), value);
        }
    }
    // How many there must be bounds what a run freezes; whoever sets it looks at the selection first. Only everything
    // is not read without a bound.
    if let Some(targets) = job.get_mut("targets").and_then(Value::as_object_mut) {
        targets.remove("expect");
        if targets.get("all") == Some(&Value::Bool(true)) {
            targets.insert("expect".to_owned(), json!({"max": u32::MAX}));
        }
    }
    // What is no document is told as such.
    if task.job.is_object() {
        task.job = job;
    }
    task
}

async fn begin(inner: &Inner, mut task: Task, goal: Goal, options: RunOptions<'_>) -> Result<Run, Error> {
    let as_of = task.as_of.as_deref().map(|text| consnap_core::operations::check::day("run", text)).transpose()?;
    let now = Clock::of_wall(Time::EPOCH).now();
    let looks = task.what == What::Discover;
    let job = if looks {
        let (job, findings) = job::read(&task.job);
        JobRead { job, findings }
    } else {
        let severities = options.policies.map(|policies| policies.set().severities().clone()).unwrap_or_default();
        read_job(&mut task.job, &CheckContext { as_of, now: Some(now) }, &severities)
    }
    .usable()?;
    let options = RunOptions {
        run_id: task.run_id,
        approved_plan: task.approved_plan,
        // Looking at the own instance changes nothing on it.
        include_self: task.include_self || looks,
        fewer: task.fewer,
        keep_facts: looks,
        as_of,
        ..options
    };
    let connection = connection(inner, job.regions.clone());
    begin_run((job, task.job), goal, options, &connection, &inner.state_directory).await
}

/// A report or a plan as JSON, its instances apart: of ten thousand a script reads a few.
pub(crate) struct Written {
    /// All but the instances.
    pub(crate) whole: Vec<u8>,
    /// Each instance.
    pub(crate) instances: Vec<Vec<u8>>,
}

/// The report, the plan, or the instances that were found.
fn report(run: &Run, what: What, lang: Lang) -> Written {
    if what == What::Discover {
        return write(&json!({}), &found(run));
    }
    let plan = if what == What::Plan { run.plan(lang) } else { None };
    if let Some(mut plan) = plan {
        let instances = std::mem::take(&mut plan.instances);
        return write(&plan, &instances);
    }
    written(run.report(lang))
}

fn written(mut report: Report) -> Written {
    let instances = std::mem::take(&mut report.instances);
    write(&report, &instances)
}

/// The facts of all instances of a selection. Of one that it names and nobody found nothing but the id is known.
fn found(run: &Run) -> Vec<InstanceFacts> {
    let mut found = run.session().facts().to_vec();
    let targets = &run.session().job().targets;
    let mut known: BTreeSet<String> = found.iter().map(|facts| facts.instance_id.clone()).collect();
    known.extend(targets.exclude.ids.iter().cloned());
    for id in &targets.ids {
        if known.insert(id.clone()) {
            found.push(InstanceFacts { instance_id: id.clone(), ..InstanceFacts::default() });
        }
    }
    found
}

/// JSON of our own types never fails to be written; were it to, nothing says less than nothing wrong.
fn write<T: Serialize>(whole: &impl Serialize, instances: &[T]) -> Written {
    let text = |value: serde_json::Result<Vec<u8>>| value.unwrap_or_else(|_| b"{}".to_vec());
    Written {
        whole: text(serde_json::to_vec(whole)),
        instances: instances.iter().map(|instance| text(serde_json::to_vec(instance))).collect(),
    }
}

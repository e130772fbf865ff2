//! The one place where a plan or a run is held to the policies of an organisation.

use consnap_core::diagnostics::messages::{errors, runs};
use consnap_core::run::session::Setup;
use consnap_core::{Error, ErrorKind, Finding, Lang, Time};
use consnap_policy::PolicySet;
use consnap_policy::operations::{PolicyCheckOutput, answer};
use serde_json::Value;

use crate::driver::Clock;
use crate::run::Run;

/// Policies that a run must pass between its plan and its first start.
#[derive(Clone, Debug)]
pub struct PolicyGate {
    set: PolicySet,
    findings: Vec<Finding>,
}

/// What became of a run at the gate.
#[derive(Debug)]
pub struct Passage {
    /// What the policies say.
    pub said: PolicyCheckOutput,
    /// Why nothing may be started.
    pub refusal: Option<Error>,
}

impl PolicyGate {
    /// Reads a policy document, or a list of documents. What is wrong with them are findings: ask [`PolicyGate::usable`].
    pub fn read(documents: &Value) -> Self {
        let (set, findings) = PolicySet::read(documents);
        Self { set, findings }
    }

    /// The policies.
    pub fn set(&self) -> &PolicySet {
        &self.set
    }

    /// What is wrong with the documents; in a list, places begin with a document's number.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether the documents can be judged by; those that cannot are refused before anything is sent.
    ///
    /// Errors: a finding of severity error; the error has all findings.
    pub fn usable(&self) -> Result<(), Error> {
        if self.findings.iter().any(Finding::blocks) {
            return Err(Error::new(ErrorKind::Input, &errors::POLICIES_NOT_READ).with_findings(self.findings.clone()));
        }
        Ok(())
    }

    /// Tells a run that it is going to be held to these policies: it waits at its plan, and keeps the facts until then.
    pub fn prepare(&self, setup: &mut Setup) {
        self.set.prepare(setup);
    }

    /// Holds a run that has made its plan to the policies. A document that cannot be judged by counts as not met.
    pub fn judge(&self, run: &Run, lang: Lang) -> Passage {
        let judged = self.set.judge_run(run.session(), Some(Clock::of_wall(Time::EPOCH).now()), lang);
        let refusal = judged.refusal();
        let said = answer(&self.set, &self.findings, judged, lang);
        let refusal = match refusal {
            None if !said.passed => Some(Error::new(ErrorKind::Rejected, &runs::POLICIES_NOT_MET)),
            other => other,
        };
        Passage { said, refusal }
    }
}

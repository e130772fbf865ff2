//! Live progress on a terminal; nothing at all elsewhere, but for what must not wait.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use consnap_core::run::session::{Event, Numbered, Phase, State, StopReason, Target};
use consnap_core::{Lang, Text, report::sanitize};
use consnap_core::{catalog::PLUGIN_VERSION, diagnostics::spoken};
use serde_json::json;

use crate::arguments::LogFormat;
use crate::console::json_line;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how a run goes on.
pub(crate) struct Progress {
    bar: ProgressBar,
    lang: Lang,
    on_terminal: bool,
    log: LogFormat,
    /// Instances of which the alarm was raised.
    alarmed: RefCell<BTreeSet<Arc<str>>>,
}

impl Progress {
    pub(crate) fn new(lang: Lang, log: LogFormat) -> Self {
        let on_terminal = log == LogFormat::Text && std::io::stderr().is_terminal();
        let target = if on_terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // A template that cannot be read leaves the plain bar.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:10} [{bar:28}] {pos}/{len} {wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, lang, on_terminal, log, alarmed: RefCell::default() }
    }

    /// Takes in what happened.
    pub(crate) fn observe(&self, state: &State, events: &[Numbered]) {
        if self.log == LogFormat::Json {
            use std::io::Write as _;
            let mut err = std::io::stderr().lock();
            for numbered in events {
                // Whoever closed standard error does not want to read it.
                let _ = writeln!(err, "{}", json_line(numbered));
            }
            return;
        }
        for numbered in events {
            match &numbered.event {
                Event::StartsStopped { why } => self.say_stopped(why),
                // A record that is still to be read may take it back.
                Event::CommandFinished { instance, outcome } if outcome.held && !awaits(state, instance) => {
                    self.alarm(instance);
                }
                Event::WitnessRead { instance, .. } if held(state, instance) => self.alarm(instance),
                Event::ResultOverdue { instance } | Event::ResultGone { instance, .. } => self.alarm(instance),
                Event::GroupLooked { instance, .. } => self.look_at_alarm(state, instance),
                Event::PluginIsNew { instance, version } => {
                    let args = [
                        ("instance", instance.to_string()),
                        ("version", version.clone()),
                        ("known", PLUGIN_VERSION.to_owned()),
                    ];
                    self.say(&NEW_PLUGIN, &args, true);
                }
                Event::CallInDoubt { code, .. } => self.say(&IN_DOUBT, &[("code", code.clone())], false),
                _ => {}
            }
        }
        let counts = state.counts;
        self.bar.set_length(state.targets.len() as u64);
        self.bar.set_position(u64::from(counts.done));
        self.bar.set_prefix(phase_word(state.phase).get(self.lang));
        let message = COUNTS.fill(
            self.lang,
            &[
                ("running".into(), counts.in_flight.to_string()),
                ("waiting".into(), counts.waiting.to_string()),
                ("failures".into(), counts.failures.to_string()),
                ("throttled".into(), state.throttled.to_string()),
            ],
        );
        self.bar.set_message(message);
    }

    /// The guest may be held.
    fn alarm(&self, instance: &Arc<str>) {
        if self.alarmed.borrow_mut().insert(Arc::clone(instance)) {
            self.say(&HELD, &[("instance", instance.to_string())], true);
        }
    }

    /// Takes an alarm back that turned out well, and raises one that nobody could raise before.
    fn look_at_alarm(&self, state: &State, instance: &Arc<str>) {
        let target = state.find(instance).and_then(|index| state.target(index));
        let Some(verdict) = target.and_then(|target| target.verdict.as_ref()) else { return };
        if verdict.held {
            self.alarm(instance);
        } else if self.alarmed.borrow_mut().remove(instance) {
            let why = verdict.why.message(self.lang);
            self.say(&ALL_CLEAR, &[("instance", instance.to_string()), ("why", why)], true);
        }
    }

    /// Says what an interrupt does.
    pub(crate) fn say_interrupted(&self) {
        self.say(&INTERRUPTED, &[], true);
    }

    /// Clears the bar before something else is written.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn say_stopped(&self, why: &StopReason) {
        self.say(&STOPPED, &[("why", spoken::stop_reason(why.name(), &why.detail(), self.lang))], true);
    }

    /// A line above the bar; without a terminal only what must not wait for the end of the run.
    fn say(&self, text: &Text, args: &[(&'static str, String)], urgent: bool) {
        let args: Vec<_> = args.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        let line = sanitize::terminal(&text.fill(self.lang, &args)).into_owned();
        if self.on_terminal {
            self.bar.println(line);
        } else if urgent {
            use std::io::Write as _;
            let line = match self.log {
                LogFormat::Text => line,
                LogFormat::Json => json_line(&json!({"event": "note", "message": line})),
            };
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

/// Whether a record is still to be read that may say that the guest is not held.
fn awaits(state: &State, instance: &str) -> bool {
    state.find(instance).is_some_and(|index| state.awaits_witness(index))
}

/// Whether the guest may be held, as far as it is known by now.
fn held(state: &State, instance: &str) -> bool {
    state.find(instance).and_then(|index| state.target(index)).is_some_and(Target::may_be_held)
}

const fn phase_word(phase: Phase) -> Text {
    match phase {
        Phase::Identity => Text::new("identity", "身份"),
        Phase::Discover => Text::new("look-up", "查询"),
        Phase::Probe => Text::new("probe", "探测"),
        Phase::Check => Text::new("check", "检查"),
        Phase::Upload => Text::new("upload", "上传"),
        Phase::Attach => Text::new("attach", "授予角色"),
        Phase::Run => Text::new("run", "执行"),
        Phase::Verify => Text::new("verify", "核查"),
        Phase::Ended => Text::new("ended", "结束"),
    }
}

const COUNTS: Text = Text::new(
    "{running} running, {waiting} waiting, {failures} not as required, throttled {throttled} times",
    "{running} 台执行中，{waiting} 台等待，{failures} 台未达到要求，流控 {throttled} 次",
);
const NEW_PLUGIN: Text = Text::new(
    "`{instance}` ran plug-in version {version}; what consnap knows was recorded of {known}: read the first verdicts with care",
    "`{instance}` 运行的插件版本为 {version}；consnap 的依据来自版本 {known}：请仔细核对最初的结果",
);
const HELD: Text = Text::new(
    "URGENT {instance}: the guest may still be held; check now that the application accepts writes",
    "紧急 {instance}：实例可能仍处于冻结状态；请立即确认应用可写入",
);
const ALL_CLEAR: Text = Text::new(
    "ALL CLEAR {instance}: the guest is not held any more: {why}",
    "告警解除 {instance}：实例已不再冻结：{why}",
);
const IN_DOUBT: Text = Text::new(
    "a start got no clear answer (`{code}`); checking whether it was carried out",
    "一次启动请求没有得到明确答复（`{code}`）；正在查询其是否已执行",
);
const INTERRUPTED: Text = Text::new(
    "interrupted: no more instances are started, those running are followed to their end; interrupt again to leave at once",
    "已中断：不再启动新实例，继续跟踪正在执行的命令直至结束；再次中断将立即退出",
);
const STOPPED: Text = Text::new("no more instances are started: {why}", "不再启动新实例：{why}");

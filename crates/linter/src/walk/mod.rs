//! Goes through the tree of a script once for its variables and once for its facts.

use std::collections::BTreeSet;

mod arguments;
mod asked;
mod words;

use shuck_ast::{
    Assignment, AssignmentValue, BinaryOp, BuiltinCommand, Command, CompoundCommand, DeclOperand, File, FunctionDef,
    RedirectKind, SimpleCommand, Span, Stmt, StmtSeq, StmtTerminator,
};
use shuck_parser::ShellDialect;
use shuck_parser::parser::{ParseStatus, Parser};

use crate::clients;
use crate::dialect;
use crate::facts::{Aim, Arg, Around, Background, Call, Facts, Loop, Place, Redirection, UNKNOWN};
use crate::fold::{Assignments, Scope, Text, Variables};
use arguments::saids;
use asked::{Asked, asks_for_a_timeout, is_only_talk, is_success, names_a_version, status_asked};

/// How deep `sh -c` may hold another `sh -c`.
const MOST_TEXTS: usize = 3;

/// What a loop has that ends by a count or by the clock.
const BOUNDS: [&str; 9] = [" -lt ", " -gt ", " -ge ", " -le ", " -eq ", "((", "SECONDS", "timeout ", "seq "];

/// Reads the facts of a tree.
pub(crate) fn facts(file: &File, source: &str, posix: bool) -> Facts {
    let mut first = Walk::new(source, Variables::default(), posix);
    first.sequence(&file.body, &Around::default());
    let Walk { assignments, sleepers, enders, .. } = first;
    let mut second = Walk::new(source, assignments.variables(), posix);
    second.sleepers = sleepers;
    second.enders = enders;
    second.sequence(&file.body, &Around::default());
    let Walk { mut facts, long, .. } = second;
    // A waiver speaks of all of a statement.
    for waiver in &mut facts.waivers {
        let line = waiver.lines.0;
        for (first, last) in long.iter().filter(|(first, last)| (*first..=*last).contains(&line)) {
            waiver.lines = (waiver.lines.0.min(*first), waiver.lines.1.max(*last));
        }
    }
    facts
}

struct Walk<'a> {
    source: &'a str,
    /// Added to a line of the text: it may be part of another one.
    lines_before: usize,
    texts: usize,
    variables: Variables,
    assignments: Assignments,
    /// Whose positional parameters are meant.
    scope: Scope,
    /// How many loops stand around.
    loops: usize,
    /// Functions that sleep.
    sleepers: BTreeSet<String>,
    /// Functions that end the script.
    enders: BTreeSet<String>,
    posix: bool,
    /// Redirections of what stands around.
    outer: Vec<Redirection>,
    /// What a pipe brings.
    piped: String,
    /// First and last line of statements that are longer than one.
    long: Vec<(usize, usize)>,
    facts: Facts,
}

impl<'a> Walk<'a> {
    fn new(source: &'a str, variables: Variables, posix: bool) -> Self {
        Self {
            source,
            lines_before: 0,
            texts: 0,
            variables,
            assignments: Assignments::default(),
            scope: Scope::default(),
            loops: 0,
            sleepers: BTreeSet::new(),
            enders: BTreeSet::new(),
            posix,
            outer: Vec::new(),
            piped: String::new(),
            long: Vec::new(),
            facts: Facts::default(),
        }
    }

    fn text(&self) -> Text<'_> {
        Text { source: self.source, scope: &self.scope }
    }

    fn place(&self, span: Span) -> Place {
        Place { line: span.start.line() + self.lines_before, column: span.start.column() }
    }

    fn raw(&self, span: Span) -> String {
        let text = span.slice(self.source);
        let line = text.lines().next().unwrap_or_default().trim_end();
        let short: String = line.chars().take(80).collect();
        if short.len() < text.trim_end().len() { format!("{short}…") } else { short }
    }

    fn bash(&mut self, span: Span, word: &str) {
        if self.posix {
            self.facts.bash_words.push((self.place(span), word.to_owned()));
        }
    }

    // ---- Statements ----

    fn sequence(&mut self, sequence: &StmtSeq, around: &Around) {
        self.comments(&sequence.leading_comments);
        for (at, statement) in sequence.stmts.iter().enumerate() {
            let asks = |next: &Stmt| next.span.slice(self.source).contains("$?");
            let followed = sequence.stmts.get(at + 1).is_some_and(|next| !asks(next));
            let is_simple = matches!(statement.command, Command::Simple(_) | Command::Binary(_));
            let waits = |next: &Stmt| match &next.command {
                Command::Simple(command) => command.name.span.slice(self.source) == "wait",
                _ => false,
            };
            let awaited = sequence.stmts.iter().skip(at + 1).any(waits);
            let around = Around { followed: followed && is_simple, awaited, ..around.clone() };
            self.statement(statement, &around);
        }
        self.comments(&sequence.trailing_comments);
    }

    fn statement(&mut self, statement: &Stmt, around: &Around) {
        self.comments(&statement.leading_comments);
        if let Some(comment) = &statement.inline_comment {
            self.comments(std::slice::from_ref(comment));
        }
        if !matches!(statement.command, Command::Compound(_) | Command::Function(_)) {
            let first = statement.span.start.line();
            let more = statement.span.slice(self.source).trim_end().matches('\n').count();
            if more > 0 {
                self.long.push((first + self.lines_before, first + more + self.lines_before));
            }
        }
        let mut around = around.clone();
        let is_background = matches!(statement.terminator, Some(StmtTerminator::Background(_)));
        around.background |= is_background;
        around.tested |= statement.negated;
        let own: Vec<Redirection> = statement.redirects.iter().map(|redirect| self.redirection(redirect)).collect();
        let text = self.texts_of(&statement.redirects);
        around.has_input |= statement.redirects.iter().any(|redirect| {
            redirect.fd.unwrap_or(0) == 0
                && matches!(
                    redirect.kind,
                    RedirectKind::Input
                        | RedirectKind::ReadWrite
                        | RedirectKind::HereDoc
                        | RedirectKind::HereDocStrip
                        | RedirectKind::HereString
                        | RedirectKind::DupInput
                )
        });
        let before = self.outer.len();
        self.outer.extend(own);
        if is_background && !around.awaited {
            self.background(statement);
        }
        match &statement.command {
            Command::Simple(command) => self.simple(command, &around, &text),
            Command::Decl(clause) => {
                let is_posix = matches!(clause.variant.as_str(), "export" | "readonly" | "local");
                if !is_posix {
                    self.bash(clause.variant_span, clause.variant.as_str());
                }
                let mut sets = Vec::new();
                for operand in &clause.operands {
                    match operand {
                        DeclOperand::Assignment(assignment) => sets.extend(self.assignment(assignment, &around)),
                        DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => self.word(word, &around),
                        DeclOperand::Name(_) => {}
                    }
                }
                self.call(clause.span, clause.variant.as_str(), Vec::new(), sets, &around, &text);
            }
            Command::Builtin(builtin) => self.builtin(builtin, &around),
            Command::Binary(binary) => self.binary(binary, &around),
            Command::Compound(compound) => self.compound(compound, statement.span, &around),
            Command::Function(function) => self.function(function, &around),
            Command::AnonymousFunction(function) => self.statement(&function.body, &around),
        }
        self.outer.truncate(before);
    }

    fn background(&mut self, statement: &Stmt) {
        let moved = |descriptor: i32| {
            let last = self.outer.iter().rev().find(|to| to.descriptors.contains(&descriptor));
            match last.map(|to| &to.aim) {
                // `2>&1` is as good as what 1 is.
                Some(Aim::Copy(of)) if of == "1" || of == "2" => {
                    let of = if of == "1" { 1 } else { 2 };
                    self.outer.iter().rev().any(|to| {
                        to.descriptors.contains(&of) && !matches!(&to.aim, Aim::Copy(of) if of == "1" || of == "2")
                    })
                }
                Some(_) => true,
                None => false,
            }
        };
        let open: Vec<&'static str> =
            [(1, "stdout"), (2, "stderr")].into_iter().filter(|(fd, _)| !moved(*fd)).map(|(_, name)| name).collect();
        let (at, raw) = (self.place(statement.span), self.raw(statement.span));
        self.facts.backgrounds.push(Background { at, raw, open });
    }

    fn binary(&mut self, binary: &shuck_ast::BinaryCommand, around: &Around) {
        match binary.op {
            BinaryOp::And | BinaryOp::Or => {
                let tolerated = binary.op == BinaryOp::Or && is_success(&binary.right, self.source);
                let left = Around { tested: true, tolerated, followed: false, ..around.clone() };
                let from = self.facts.calls.len();
                self.statement(&binary.left, &left);
                if binary.op == BinaryOp::Or
                    && self
                        .facts
                        .calls
                        .get(from..)
                        .is_some_and(|calls| clients::does_work(calls, &self.facts.functions))
                {
                    self.failure(std::slice::from_ref(&*binary.right));
                }
                self.statement(&binary.right, around);
            }
            BinaryOp::Pipe | BinaryOp::PipeAll => {
                if binary.op == BinaryOp::PipeAll {
                    self.bash(binary.op_span, "|&");
                }
                let from = self.facts.calls.len();
                self.statement(&binary.left, &Around { piped_out: true, ..around.clone() });
                // What `echo` and its like say becomes the input of the next command.
                let said: Vec<String> = self
                    .facts
                    .calls
                    .get(from..)
                    .into_iter()
                    .flatten()
                    .filter(|call| call.is(&["echo", "printf", "cat", "sleep"]))
                    .map(|call| if call.name == "sleep" { "SLEEP()".to_owned() } else { call.said.clone() })
                    .collect();
                let outer = std::mem::replace(&mut self.piped, said.join(" "));
                self.statement(&binary.right, &Around { piped_in: true, has_input: true, ..around.clone() });
                self.piped = outer;
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand, span: Span, around: &Around) {
        let inner = Around { followed: false, ..around.clone() };
        let tested = Around { tested: true, ..inner.clone() };
        match compound {
            CompoundCommand::If(command) => {
                let condition = command.condition.span.slice(self.source);
                let branches: Vec<_> = command.elif_branches.iter().collect();
                let is_guard = names_a_version(condition)
                    || branches.iter().any(|(asked, _)| names_a_version(asked.span.slice(self.source)));
                let inner = Around { guarded: inner.guarded || is_guard, ..inner };
                let from = self.facts.calls.len();
                self.sequence(&command.condition, &tested);
                let asked = self.facts.calls.get(from..).unwrap_or_default();
                let works = clients::does_work(asked, &self.facts.functions);
                let is_negated = command.condition.stmts.first().is_some_and(|first| first.negated);
                match status_asked(condition, works, is_negated) {
                    Some(Asked::Failed) => self.failure(&command.then_branch.stmts),
                    Some(Asked::Succeeded) => {
                        if let Some(other) = &command.else_branch {
                            self.failure(&other.stmts);
                        }
                    }
                    None => {}
                }
                if asks_for_a_timeout(condition) && is_only_talk(&command.then_branch.stmts, self.source) {
                    self.facts.forgotten_timeouts.push((self.place(command.span), self.raw(command.span)));
                }
                self.sequence(&command.then_branch, &inner);
                for (condition, branch) in &command.elif_branches {
                    self.sequence(condition, &tested);
                    self.sequence(branch, &inner);
                }
                if let Some(branch) = &command.else_branch {
                    self.sequence(branch, &inner);
                }
            }
            CompoundCommand::Case(command) => {
                let is_guard = names_a_version(command.word.span.slice(self.source));
                let inner = Around { guarded: inner.guarded || is_guard, ..inner };
                self.word(&command.word, &inner);
                for case in &command.cases {
                    self.sequence(&case.body, &inner);
                }
            }
            CompoundCommand::While(command) => {
                self.repeated(&command.condition, &command.body, span, &inner, "true");
            }
            CompoundCommand::Until(command) => {
                self.repeated(&command.condition, &command.body, span, &inner, "false");
            }
            CompoundCommand::For(command) => {
                for target in &command.targets {
                    let Some(name) = &target.name else { continue };
                    let text = Text { source: self.source, scope: &self.scope };
                    for word in command.words.iter().flatten() {
                        self.assignments.give_each(name.as_str(), Some(word), text);
                    }
                    if command.words.is_none() {
                        self.assignments.give_each(name.as_str(), None, text);
                    }
                }
                for word in command.words.iter().flatten() {
                    self.word(word, &inner);
                }
                self.sequence(&command.body, &inner);
            }
            CompoundCommand::Subshell(body) | CompoundCommand::BraceGroup(body) => self.sequence(body, &inner),
            CompoundCommand::ArithmeticFor(command) => {
                self.bash(span, "for ((…))");
                self.sequence(&command.body, &inner);
            }
            CompoundCommand::Select(command) => {
                self.bash(span, "select");
                self.sequence(&command.body, &inner);
            }
            CompoundCommand::Arithmetic(_) => self.bash(span, "((…))"),
            CompoundCommand::Conditional(_) => self.bash(span, "[[ … ]]"),
            CompoundCommand::Time(command) => {
                if let Some(timed) = &command.command {
                    self.statement(timed, &inner);
                }
            }
            CompoundCommand::Coproc(command) => {
                self.bash(span, "coproc");
                self.statement(&command.body, &Around { background: true, captured: true, ..inner });
            }
            CompoundCommand::Repeat(command) => self.sequence(&command.body, &inner),
            CompoundCommand::Foreach(command) => self.sequence(&command.body, &inner),
            CompoundCommand::Always(command) => {
                self.sequence(&command.body, &inner);
                self.sequence(&command.always_body, &inner);
            }
        }
    }

    fn repeated(&mut self, condition: &StmtSeq, body: &StmtSeq, span: Span, around: &Around, always: &str) {
        let from = self.facts.calls.len();
        self.sequence(condition, &Around { tested: true, ..around.clone() });
        let asked = self.facts.calls.get(from..).unwrap_or_default();
        let reads = asked.iter().any(|call| call.name == "read");
        let is_always = matches!(asked, [only] if only.name == always || (always == "true" && only.name == ":"));
        self.loops += 1;
        self.sequence(body, around);
        self.loops -= 1;
        let calls = self.facts.calls.get(from..).unwrap_or_default();
        let sleeps = |call: &Call| call.is(&["sleep", "usleep"]) || self.sleepers.contains(&call.name);
        let waits = !reads && (calls.iter().any(sleeps) || body.stmts.iter().all(|one| is_success(one, self.source)));
        let text = span.slice(self.source);
        let bounded = BOUNDS.iter().any(|bound| text.contains(bound));
        let leaves = ["break", "exit", "return"].iter().any(|word| text.contains(word))
            || calls.iter().any(|call| self.enders.contains(&call.name));
        let found = Loop { at: self.place(span), raw: self.raw(span), waits, bounded, endless: is_always && !leaves };
        self.facts.loops.push(found);
    }

    fn function(&mut self, function: &FunctionDef, around: &Around) {
        if function.uses_function_keyword() {
            self.bash(function.header.span(), "function");
        }
        let from = self.facts.calls.len();
        let name = function.static_names().next().map(|name| name.as_str().to_owned()).unwrap_or_default();
        let outer = std::mem::replace(&mut self.scope, Scope { function: name, shifted: 0 });
        self.statement(&function.body, &Around { followed: false, ..around.clone() });
        self.scope = outer;
        let sleeps = |call: &Call| call.is(&["sleep", "usleep"]) || self.sleepers.contains(&call.name);
        let calls = self.facts.calls.get(from..).unwrap_or_default();
        let names = || function.static_names().map(|name| name.as_str().to_owned());
        self.facts.functions.extend(names());
        if calls.iter().any(sleeps) {
            self.sleepers.extend(names());
        }
        if calls.iter().any(|call| call.name == "exit" || self.enders.contains(&call.name)) {
            self.enders.extend(names());
        }
    }

    fn builtin(&mut self, builtin: &BuiltinCommand, around: &Around) {
        let (name, code, span) = match builtin {
            BuiltinCommand::Exit(command) => ("exit", &command.code, command.span),
            BuiltinCommand::Return(command) => ("return", &command.code, command.span),
            BuiltinCommand::Break(command) => ("break", &command.depth, command.span),
            BuiltinCommand::Continue(command) => ("continue", &command.depth, command.span),
        };
        let args = code.iter().map(|word| self.arg(word)).collect();
        self.call(span, name, args, Vec::new(), around, "");
    }

    /// A branch that is taken when something failed: what in it ends with 0.
    fn failure(&mut self, branch: &[Stmt]) {
        for (at, statement) in branch.iter().enumerate() {
            match &statement.command {
                Command::Builtin(
                    BuiltinCommand::Exit(shuck_ast::ExitCommand { code, span, .. })
                    | BuiltinCommand::Return(shuck_ast::ReturnCommand { code, span, .. }),
                ) => {
                    let code = code.as_ref().map(|word| self.variables.fold(word, self.text()));
                    let after_talk = at.checked_sub(1).and_then(|before| branch.get(before)).is_some_and(|before| {
                        let text = before.span.slice(self.source);
                        ["echo ", "printf ", "logger "].iter().any(|talk| text.starts_with(talk))
                    });
                    let succeeds = match &code {
                        Some(values) => values.iter().all(|value| value == "0"),
                        None => after_talk,
                    };
                    if succeeds {
                        let found = (self.place(*span), self.raw(*span));
                        self.facts.failures_that_succeed.push(found);
                    }
                }
                Command::Compound(CompoundCommand::BraceGroup(body)) => self.failure(&body.stmts),
                _ => {}
            }
        }
    }

    // ---- Commands ----

    fn simple(&mut self, command: &SimpleCommand, around: &Around, text: &str) {
        let mut sets = Vec::new();
        for assignment in &command.assignments {
            sets.extend(self.assignment(assignment, around));
        }
        self.word(&command.name, around);
        for word in &command.args {
            self.word(word, around);
        }
        self.given_arguments(command);
        let all = || std::iter::once(&command.name).chain(&command.args);
        // `"$@"` of a function that is called with one program here and another there is each of them.
        for way in 0..self.ways(all()) {
            let words: Vec<Arg> = all().flat_map(|word| self.split(word, way)).collect();
            let name = words.first().map(|arg| arg.values.clone()).unwrap_or_default();
            let name =
                name.iter().find(|name| clients::is_client(base(name))).or(name.first()).cloned().unwrap_or_default();
            let args: Vec<Arg> = words.into_iter().skip(1).collect();
            self.given_names(&name, &args);
            self.call(command.span, &name, args, sets.clone(), around, text);
        }
    }

    fn call(&mut self, span: Span, name: &str, args: Vec<Arg>, sets: Vec<(String, Arg)>, around: &Around, text: &str) {
        let (name, args, starters) = clients::peel(name, args);
        let piped = if around.piped_in { self.piped.as_str() } else { "" };
        let saids = saids(&args, &format!("{text} {piped}"));
        let at = self.place(span);
        if name == "set" {
            self.set_options(&args, span);
        }
        if name == "exec" && args.is_empty() {
            let moved = |fd: i32| self.outer.iter().any(|to| to.descriptors.contains(&fd));
            self.facts.output_moved |= moved(1) && moved(2);
        }
        if let Some(word) = self.posix.then(|| dialect::of_call(&name, &args)).flatten() {
            self.bash(span, &word);
        }
        self.inner_text(&name, &args, around, at);
        let call = Call {
            name,
            args,
            starters,
            sets,
            said: String::new(),
            reads_statements: !text.is_empty() || around.has_input,
            redirections: self.outer.clone(),
            around: around.clone(),
            at,
            raw: self.raw(span),
        };
        self.facts.calls.extend(saids.into_iter().map(|said| Call { said, ..call.clone() }));
    }

    fn set_options(&mut self, args: &[Arg], span: Span) {
        let words: Vec<&str> = args.iter().map(Arg::only).collect();
        self.facts.stops_on_failure |= words
            .iter()
            .any(|word| *word == "errexit" || word.starts_with('-') && !word.starts_with("--") && word.contains('e'));
        if words.contains(&"pipefail") {
            self.facts.pipefail = true;
            self.bash(span, "set -o pipefail");
        }
    }

    /// A script within the script: `sh -c '…'`, `trap '…' EXIT`, `eval "…"`.
    fn inner_text(&mut self, name: &str, args: &[Arg], around: &Around, at: Place) {
        let after_c = || {
            let place = args.iter().position(|arg| {
                let word = arg.only();
                word == "--command" || word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
            })?;
            args.get(place + 1)
        };
        let of = |arg: &Arg| arg.values.clone();
        let texts = match name {
            "su" | "runuser" | "flock" => after_c().map(of).or_else(|| {
                let text = args.iter().find_map(|arg| arg.only().strip_prefix("--command="))?;
                Some(vec![text.to_owned()])
            }),
            _ if clients::is_shell(name) => after_c().map(of),
            "trap" => args.iter().find(|arg| !arg.only().starts_with('-')).filter(|arg| arg.quoted).map(of),
            "eval" => match args {
                [only] => Some(only.values.clone()),
                _ => Some(vec![args.iter().map(Arg::only).collect::<Vec<_>>().join(" ")]),
            },
            _ => None,
        };
        let texts = texts.unwrap_or_default();
        for text in texts {
            self.text_of_a_script(&text, name == "trap", around, at);
        }
    }

    fn text_of_a_script(&mut self, text: &str, is_trap: bool, around: &Around, at: Place) {
        if text.is_empty() || self.texts >= MOST_TEXTS || text.trim_matches(UNKNOWN).is_empty() {
            return;
        }
        // An unknown part is a word like any other.
        let text = text.replace(UNKNOWN, "_unknown_");
        let parsed = Parser::with_dialect(&text, ShellDialect::Bash).parse();
        if parsed.status != ParseStatus::Clean {
            return;
        }
        let mut inner = Walk::new(&text, Variables::default(), self.posix);
        inner.lines_before = at.line.saturating_sub(1);
        inner.texts = self.texts + 1;
        inner.outer.clone_from(&self.outer);
        let around = Around { in_trap: around.in_trap || is_trap, ..around.clone() };
        inner.sequence(&parsed.file.body, &around);
        let mut found = inner.facts;
        self.facts.calls.append(&mut found.calls);
        self.facts.backgrounds.append(&mut found.backgrounds);
        self.facts.loops.append(&mut found.loops);
        self.facts.failures_that_succeed.append(&mut found.failures_that_succeed);
    }

    fn assignment(&mut self, assignment: &Assignment, around: &Around) -> Option<(String, Arg)> {
        let name = assignment.target.name.as_str().to_owned();
        if assignment.append {
            self.bash(assignment.span, "+=");
        }
        match &assignment.value {
            AssignmentValue::Scalar(word) if !assignment.append => {
                if word.parts.is_empty() {
                    self.assignments.give_empty(&name);
                } else {
                    self.assignments.give(&name, word, Text { source: self.source, scope: &self.scope });
                }
                self.word(word, around);
                Some((name, self.arg(word)))
            }
            AssignmentValue::Scalar(word) => {
                self.assignments.give_unknown(&name);
                self.word(word, around);
                None
            }
            AssignmentValue::Compound(_) => {
                self.bash(assignment.span, "name=(…)");
                self.assignments.give_unknown(&name);
                None
            }
        }
    }
}

/// A name without its folders.
pub(crate) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

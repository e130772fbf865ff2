//! What commands are given: the variables they fill, and the positional parameters of the functions they call.

use shuck_ast::{SimpleCommand, Word};

use super::Walk;
use crate::facts::Arg;
use crate::fold::Text;

impl Walk<'_> {
    /// Variables that commands fill.
    pub(super) fn given_names(&mut self, name: &str, args: &[Arg]) {
        let names: Vec<&str> = match name {
            "read" => args.iter().map(Arg::only).filter(|word| !word.starts_with('-')).collect(),
            "getopts" => args.get(1).map(Arg::only).into_iter().collect(),
            "printf" if args.first().is_some_and(|arg| arg.only() == "-v") => {
                args.get(1).map(Arg::only).into_iter().collect()
            }
            _ => Vec::new(),
        };
        for name in names {
            self.assignments.give_unknown(name);
        }
    }

    /// Positional parameters: those of a function that is called, and those that `set` and `shift` change.
    pub(super) fn given_arguments(&mut self, command: &SimpleCommand) {
        let text = Text { source: self.source, scope: &self.scope };
        match command.name.span.slice(self.source) {
            "set" => {
                let is_option = |word: &&Word| word.span.slice(self.source).starts_with(['-', '+']);
                let words: Vec<Word> = command.args.iter().skip_while(is_option).cloned().collect();
                self.assignments.give_arguments(&self.scope.function, &words, text);
            }
            "shift" if self.loops > 0 => self.assignments.shift_in_loop(&self.scope),
            "shift" => {
                let by = command.args.first().map_or("1", |word| word.span.slice(self.source));
                self.scope.shifted = self.scope.shifted.saturating_add(by.parse().unwrap_or(1));
            }
            name => self.assignments.give_arguments(name, &command.args, text),
        }
    }
}

/// What a command is told: one text for each value of its words.
pub(super) fn saids(args: &[Arg], input: &str) -> Vec<String> {
    let most = args.iter().map(|arg| arg.values.len()).max().unwrap_or_default().max(1);
    let mut all: Vec<String> = Vec::new();
    for at in 0..most {
        let value = |arg: &'_ Arg| arg.values.get(at).or(arg.values.last()).cloned();
        let words: Vec<String> = args.iter().filter_map(value).chain([input.to_owned()]).collect();
        let said = words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        if !all.contains(&said) {
            all.push(said);
        }
    }
    all
}

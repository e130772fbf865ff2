//! The template of the Operation Orchestration Service (OOS). Filters by tags have the shape of the vendor's own
//! executions (`Type: Tags` with `Tags` beside it), lists are taken away from each other with `Fn::Difference`, as in the
//! vendor's page "Use OOS to bind tags to multiple ECS resources at a time".

use askama::Template;
use serde_json::{Value, json};

use super::material::{Material, Share};
use crate::plugin::command::Naming;

/// A list of instances that is a parameter of the template.
struct List {
    name: String,
    ids: Vec<String>,
}

/// A task that finds instances by tags.
struct Query<'a> {
    name: String,
    tags: Vec<(&'a str, &'a str)>,
}

/// A task that starts a command in a loop.
struct Task {
    name: String,
    command: String,
    /// The instances, as JSON.
    items: Value,
    /// Whether it must go well before the rest.
    first: bool,
}

#[derive(Template)]
#[template(path = "snapshot.oos.yaml")]
pub(super) struct Oos<'a> {
    job: &'a Material<'a>,
    timer: bool,
    lists: Vec<List>,
    queries: Vec<Query<'a>>,
    tasks: Vec<Task>,
}

pub(super) fn template<'a>(job: &'a Material<'_>, timer: bool) -> impl Template + 'a {
    let selection = &job.selection;
    let mut queries = Vec::new();
    let mut lists = Vec::new();
    let mut without = Vec::new();
    for (at, (key, value)) in selection.without_tags.iter().enumerate() {
        let name = format!("excluded{}", at + 1);
        without.push(reference(&format!("{name}.instanceIds")));
        queries.push(Query { name, tags: vec![(key, value)] });
    }
    let mut tasks = Vec::new();
    if job.instances.is_empty() {
        let tags = selection.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        queries.insert(0, Query { name: "select".to_owned(), tags });
        if !selection.without.is_empty() {
            lists.push(List { name: "excludedIds".to_owned(), ids: selection.without.to_vec() });
            without.push(reference("excludedIds"));
        }
        let selected = difference(reference("select.instanceIds"), &without);
        let mut own = Vec::new();
        for (at, share) in job.own.iter().enumerate() {
            let name = format!("ownIds{}", at + 1);
            // Those that are in both: what is left when all others are taken away.
            let others = difference(selected.clone(), &[reference(&name)]);
            tasks.push(task(&share.command, difference(selected.clone(), &[others]), false));
            own.push(reference(&name));
            lists.push(List { name, ids: share.instances.clone() });
        }
        tasks.push(task(&job.command, difference(selected, &own), false));
    } else {
        let canary = usize::try_from(job.canary).unwrap_or(usize::MAX).min(job.instances.len());
        let (first, rest) = job.instances.split_at(canary);
        for (instances, first) in [(first, true), (rest, false)] {
            for Share { instances, command } in job.by_command(instances) {
                if without.is_empty() {
                    tasks.push(task(&command, json!(instances), first));
                } else {
                    let name = format!("ids{}", lists.len() + 1);
                    tasks.push(task(&command, difference(reference(&name), &without), first));
                    lists.push(List { name, ids: instances });
                }
            }
        }
    }
    let several = tasks.len() > 1;
    for (at, task) in tasks.iter_mut().enumerate() {
        task.name = if several { format!("snapshot{}", at + 1) } else { "snapshot".to_owned() };
    }
    Oos { job, timer, lists, queries, tasks }
}

fn task(command: &str, items: Value, first: bool) -> Task {
    let marks = Naming::marks();
    // OOS fills in the id of the execution: `exec-...`, of the safe alphabet.
    let command = [marks.run, marks.date, marks.time]
        .iter()
        .fold(command.to_owned(), |text, mark| text.replace(mark, "{{ ACS::ExecutionId }}"));
    Task { name: String::new(), command, items, first }
}

fn reference(to: &str) -> Value {
    json!(format!("{{{{ {to} }}}}"))
}

/// A list without all others.
fn difference(list: Value, others: &[Value]) -> Value {
    others.iter().fold(list, |left, other| json!({"Fn::Difference": [left, other]}))
}

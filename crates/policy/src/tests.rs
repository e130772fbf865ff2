use serde_json::{Value, json};

use super::engine::{Engine, EvalError, Patterns, Scope, Steps, Unread, parse};
use super::scan::{Refusal, scan};
use super::*;
use consnap_core::Lang;

fn depth_of(text: &str) -> Result<u32, Refusal> {
    scan(text)
}

#[test]
fn every_kind_of_depth_is_counted() {
    for (open, close, per_level) in [
        ("(", ")", 1),
        ("[", "]", 1),
        ("!", "", 1),
        ("-", "", 1),
        ("1+", "", 1),
        ("1*", "", 1),
        ("a.", "", 1),
        ("true?1:", "", 1),
        ("size(", ")", 1),
        ("!(", ")", 2),
        ("a[", "]", 1),
        ("1<", "", 1),
        ("a in ", "", 1),
    ] {
        let text = |levels: usize| format!("{}b{}", open.repeat(levels), close.repeat(levels));
        let grows = depth_of(&text(6)).unwrap() - depth_of(&text(3)).unwrap();
        assert!(grows >= 3 * per_level, "{open}: {grows}");
        assert!(matches!(depth_of(&text(200)), Err(Refusal::TooDeep(_))), "{open}");
    }
    // Chains of `&&` are balanced by the parser: long ones are shallow.
    assert!(depth_of(&vec!["a.b == 1"; 60].join(" && ")).unwrap() < 16);
    assert_eq!(depth_of(&"1".repeat(3000)), Err(Refusal::TooLong(3000)));
}

#[test]
fn what_the_parser_could_read_otherwise_is_refused() {
    for text in [
        "b'x'", "r'\\''", "'''x'''", "\"\"\"", "{'a': 1}", "`a`", "'a\u{1}'", "a\rb", "'a\nb'", "'a", "(a]", "a)", "(",
        "ä",
    ] {
        assert!(scan(text).is_err(), "{text:?}");
    }
    for text in ["'('", "\"[\"", "r'\\d+('", "'\\'('", "a // ((((\n", "'ä('", "''", "'' == \"\""] {
        assert!(scan(text).unwrap() < 4, "{text:?}");
    }
}

/// Levels of a tree, as the evaluator goes through it.
fn levels(node: &super::tree::Node) -> u32 {
    1 + node.parts().into_iter().map(levels).max().unwrap_or(0)
}

/// A source of numbers that is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

/// An expression of the grammar, with so many levels at most.
fn grown(dice: &mut Dice, levels: u32) -> String {
    if levels == 0 {
        return ["1", "a", "true", "'('", "instance.tags.x", "-1", "1.5", "[]"][dice.below(8)].to_owned();
    }
    let mut inner = || grown(dice, levels - 1);
    let (one, other, third) = (inner(), inner(), inner());
    match dice.below(13) {
        0 => format!("({one})"),
        1 => format!("[{one}, {other}]"),
        2 => format!("!({one})"),
        3 => format!("({one}) ? ({other}) : ({third})"),
        4 => format!("{one} + {other}"),
        5 => format!("{one} && {other} || {third}"),
        6 => format!("({one}).all(x, {other})"),
        7 => format!("[{one}].map(x, {other}, {third})"),
        8 => format!("({one}).a.b"),
        9 => format!("({one})[{other}]"),
        10 => format!("{one} in {other}"),
        11 => format!("size({one}) < {other}"),
        _ => format!("has(({one}).b)"),
    }
}

/// What passes the scan is never deeper in the parser's tree than the scan said, whatever it is made of.
#[test]
fn the_scan_is_never_fooled() {
    const WORDS: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "!",
        "-",
        "+",
        "*",
        ".",
        ".a",
        "?",
        ":",
        "&&",
        "||",
        "==",
        "<",
        " in ",
        ",",
        "1",
        "a",
        "x",
        "instance",
        ".disks",
        ".all(x,",
        ".exists(x,",
        ".map(x,",
        ".filter(x,",
        "has(",
        "size(",
        "'",
        "\"",
        "r'",
        "\\",
        "//",
        "\n",
        "true",
        "'a'",
        ".matches('a')",
        "1.5",
        "0x1f",
        "1u",
        "null",
        "{",
        "b'",
    ];
    let mut dice = Dice(0x9e37_79b9);
    let (mut read, mut deepest) = (0, 0);
    for round in 0..40_000u32 {
        let mut text = if round % 4 == 0 { grown(&mut dice, round / 4 % 5) } else { String::new() };
        if round % 8 != 0 {
            for _ in 0..=dice.below(if text.is_empty() { 28 } else { 2 }) {
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
                let at = if round % 4 == 0 { places[dice.below(places.len())] } else { text.len() };
                text.insert_str(at, WORDS[dice.below(WORDS.len())]);
            }
        }
        let Ok(said) = scan(&text) else { continue };
        if let Ok(node) = parse(&text, &mut Patterns::default()) {
            let levels = levels(&node);
            assert!(levels <= said, "{text:?}: {levels} > {said}");
            // What is shown reads as the same tree.
            let shown = node.to_string();
            if scan(&shown).is_ok() {
                let again = parse(&shown, &mut Patterns::default())
                    .unwrap_or_else(|error| panic!("{text:?}: {shown}: {error:?}"));
                assert_eq!(again.to_string(), shown, "{text:?}");
            }
            read += 1;
            deepest = deepest.max(levels);
        }
    }
    assert!(read > 3_000 && deepest > 10, "{read} read, {deepest} deep");
}

fn outcome(text: &str, facts: &Value) -> Result<Value, EvalError> {
    let mut patterns = Patterns::default();
    let node = parse(text, &mut patterns).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let steps = Steps::default();
    steps.allow(10_000);
    let mut scope = Scope::new(&Engine::new(), &patterns);
    scope.set("instance", facts, &steps);
    scope.evaluate(&node.expression, &steps)
}

#[test]
fn values_are_what_json_says() {
    let facts = json!({
        "tags": {"tier": "1", "env": "prod", "b": "c"}, "disks": [{"size_gib": 40, "encrypted": true}, {"size_gib": 500}],
        "locks": [], "name": "生产-web", "ratio": 0.5, "nothing": null, "big": 18_446_744_073_709_551_615_u64,
    });
    for text in [
        "instance.disks[0].size_gib == 40",
        "instance.disks.exists(d, d.size_gib > 400)",
        "!instance.disks.all(d, d.size_gib > 400)",
        "instance.disks.exists_one(d, d.size_gib > 400)",
        "instance.disks.map(d, d.size_gib)[1] == 500",
        "instance.disks.filter(d, d.size_gib > 400).size() == 1",
        "instance.disks.map(d, d.size_gib > 400, d.size_gib)[0] == 500",
        "int(instance.tags.tier) <= 1",
        "instance.tags['env'] == 'prod' && 'tier' in instance.tags && !('x' in instance.tags)",
        "instance.tags.map(k, k)[0] == 'b'",
        "size(instance.tags) == 3 && instance.locks.size() == 0 && size('生产') == 2",
        "!has(instance.nothing) && has(instance.tags.env) && !has(instance.tags.owner)",
        "instance.tags.env in ['prod', 'staging']",
        "instance.name.endsWith('web') && instance.name.contains('-') && instance.name.matches('^[^-]+-[a-z]+$')",
        "instance.tags.env.matches(r'^pr\\w{2}$') && !instance.tags.env.matches('^od')",
        "instance.ratio < 1 && instance.ratio == 0.5 && instance.big > 1",
        "true || instance.missing == 1",
        "!(false && instance.missing == 1)",
        "instance.missing == 1 || true",
        "true ? true : instance.missing == 1",
    ] {
        assert_eq!(outcome(text, &facts), Ok(json!(true)), "{text}");
    }
    for text in [
        "instance.missing == 1",
        "instance.tags.owner == 'me'",
        "instance.missing.deeper",
        "has(instance.missing.deeper)",
        "instance.disks.all(d, d.encrypted)",
        "instance.nothing == null",
        "instance.disks[2].size_gib == 1",
    ] {
        assert!(matches!(outcome(text, &facts), Err(EvalError::Missing(_))), "{text}: {:?}", outcome(text, &facts));
    }
    assert!(matches!(outcome("1 / 0 == 1", &facts), Err(EvalError::NotComputable(_))));
    assert!(matches!(outcome("9223372036854775807 + 1 > 0", &facts), Err(EvalError::NotComputable(_))));
    // An entry that cannot be told is overruled by one that is false, as CEL has it.
    assert_eq!(outcome("instance.disks.all(d, d.encrypted && d.size_gib > 100)", &facts), Ok(json!(false)));
}

#[test]
fn work_is_bounded_whatever_is_asked() {
    let facts = json!({"disks": vec![json!({"size_gib": 1}); 3_000]});
    assert_eq!(outcome("instance.disks.all(d, d.size_gib == 1)", &facts), Ok(json!(true)));
    let nested = "instance.disks.all(a, instance.disks.all(b, a.size_gib == b.size_gib))";
    assert_eq!(outcome(nested, &facts), Err(EvalError::TooMuch));
    let long = json!({"disks": vec![1; bounds::ITEMS + 1], "name": "x".repeat(bounds::TEXT_BYTES + 1)});
    assert!(matches!(outcome("size(instance.disks) > 1", &long), Err(EvalError::Missing(_))));
    assert!(matches!(outcome("instance.name != ''", &long), Err(EvalError::Missing(_))));
}

#[test]
fn patterns_are_compiled_once_and_small() {
    for pattern in ["(", "a{1000}{1000}", "\\pL", &"a".repeat(300)] {
        let text = format!("instance.a.matches(r'{pattern}')");
        assert!(matches!(parse(&text, &mut Patterns::default()), Err(Unread::Pattern { .. })), "{pattern}");
    }
    assert!(parse("instance.a.matches(instance.b)", &mut Patterns::default()).is_err());
    assert!(parse("matches(instance.a, 'x')", &mut Patterns::default()).is_ok());
}

fn document(require: &str) -> Value {
    json!({"version": 1, "language": "cel", "policies": [{"id": "p", "require": require, "message": {"en": "no"}}]})
}

fn codes(require: &str) -> Vec<String> {
    PolicySet::read(&document(require)).1.iter().map(|finding| finding.code().to_owned()).collect()
}

#[test]
fn a_typo_is_an_error_at_load_time() {
    for (require, expected) in [
        ("instance.tgas.env == 'prod'", "CS418"),
        ("instanec.tags.env == 'prod'", "CS418"),
        ("fleet.size == 1", "CS417"),
        ("instance.disks.all(d, d.encryptd)", "CS418"),
        ("instance.disks.all(d, entry.encrypted)", "CS417"),
        ("instance.instance_name.startWith('a')", "CS418"),
        ("size(instance.disks, 1) == 1", "CS419"),
        ("instance.status == 1", "CS419"),
        ("instance.disks == []", "CS419"),
        ("job.required_consistency == 'applicaton'", "CS420"),
        ("job.required_consistency in ['aplication', 'file_system']", "CS420"),
        ("plan.instance.predicted_consistency != 'app'", "CS420"),
        ("instance.status", "CS419"),
        ("1", "CS419"),
        ("instance.status > 5", "CS419"),
        ("instance.tags.a + 'x' == 'ax'", "CS419"),
        ("instance.tags.a in instance.tags.b", "CS419"),
        ("instance.cloud_assistant.online == 'yes'", "CS419"),
        ("!instance.status", "CS419"),
        ("-instance.status == 1", "CS419"),
        ("instance.disks['a'].size_gib == 1", "CS419"),
        ("instance.tags[1] == 'a'", "CS419"),
        ("instance.disks.all(job, true)", "CS416"),
        ("{'a': 1}.a == 1", "CS416"),
        ("instance.?status == 'a'", "CS415"),
        ("instance.status ==", "CS415"),
        ("job.version == 1u", "CS416"),
        ("instance.instance_name.matches('(')", "CS421"),
        ("instance.disks.all(a, instance.disks.all(b, instance.disks.all(c, a.disk_id == c.disk_id)))", "CS414"),
    ] {
        assert_eq!(codes(require), [expected], "{require}");
    }
    for require in [
        "has(job.description) && job.description.contains('owner=')",
        "job.linux.freeze_timeout_seconds <= 15",
        "instance.tags['cost-centre'].matches('^[0-9]{4}$')",
        "instance.disks.all(d, instance.guest.mounts.exists(m, m.disk_id == d.disk_id))",
        "job.run.timeout == 'auto' || job.run.timeout >= 600",
        "plan.instance.starts ? plan.instance.predicted_consistency == 'application' : true",
        "instance.guest.pre_script.mode in ['0700', '700']",
    ] {
        assert_eq!(codes(require), Vec::<String>::new(), "{require}");
    }
}

#[test]
fn the_reference_lists_every_type() {
    let members = reference();
    let of = |path: &str| members.iter().find(|member| member.path == path).map(|member| member.r#type.as_str());
    assert_eq!(of("job.linux.freeze_timeout_seconds"), Some("int"));
    assert_eq!(of("instance.disks"), Some("list(object)"));
    assert_eq!(of("instance.disks[].encrypted"), Some("bool"));
    assert_eq!(of("instance.tags"), Some("map(string, string)"));
    assert_eq!(of("plan.instance.predicted_consistency"), Some("string"));
    for (path, _) in PLAN_MEMBERS {
        assert!(of(&format!("plan.{path}")).is_some(), "{path}");
    }
    assert_eq!(members.iter().filter(|member| member.path.starts_with("plan.")).count(), PLAN_MEMBERS.len());
    for name in super::types::FUNCTION_NAMES {
        assert!(FUNCTIONS.iter().any(|function| function.form.contains(&format!("{name}("))), "{name}");
    }
    for name in super::tree::Macro::NAMES {
        assert!(FUNCTIONS.iter().any(|function| function.form.contains(&format!("{name}("))), "{name}");
    }
}

#[test]
fn explanations_name_what_was_false_and_with_which_values() {
    let policies =
        document("job.linux.freeze_timeout_seconds <= 15 && instance.disks.all(d, d.size_gib < 100 || d.encrypted)");
    let (set, findings) = PolicySet::read(&policies);
    assert_eq!(findings, vec![]);
    let (job, _) = consnap_core::input::job::read(&json!({"version": 1, "targets": {"ids": ["i-a"]}}));
    let instances = [json!({"instance_id": "i-a", "disks": [{"size_gib": 50}, {"size_gib": 200, "encrypted": false}]})];
    let scene = Input { job: &job, instances: &instances, plan: None, today: None, all: false, lang: Lang::En };
    let judged = set.judge(&scene);
    let result = &judged.results[0];
    assert_eq!((result.result, judged.passed), (Verdict::Fail, false));
    let because = &result.explanation.as_ref().unwrap().because;
    assert_eq!(because.len(), 2);
    assert_eq!(because[0].because[0].value, json!(30), "the plug-in's default counts");
    assert_eq!(because[1].because[0].entry.as_deref(), Some("d = instance.disks[1]"));
    assert_eq!(because[1].because[0].because[0].because[0].value, json!(200));
    let finding = result.finding.as_ref().unwrap();
    assert_eq!((finding.place.as_str(), result.about), ("/linux/freeze_timeout_seconds", Some("job")));
    assert!(
        finding.message.ends_with("`job.linux.freeze_timeout_seconds` is 30, wanted is <= 15"),
        "{}",
        finding.message
    );
}

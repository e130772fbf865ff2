//! The linter of quiesce scripts: each rule with a script that trips it and a nearest one that does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use consnap_core::{Lang, Severity};
use consnap_linter::{LintReport, RULES, Role, Source, lint};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint")
}

fn look(pre: &str, post: Option<&str>) -> LintReport {
    let post = post.map(|post| Source { name: "post", bytes: post.as_bytes() });
    lint(Source { name: "pre", bytes: pre.as_bytes() }, post, Lang::En)
}

/// A script of `rules.txt`.
#[derive(Debug)]
struct Case {
    rule: String,
    /// The lines it must be found on; none for the script beside it.
    lines: Option<Vec<usize>>,
    pre: String,
    post: Option<String>,
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(fixtures().join("rules.txt")).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    for part in text.split("=== ").skip(1) {
        let (head, body) = part.split_once('\n').unwrap();
        let words: Vec<&str> = head.split(' ').collect();
        match words.as_slice() {
            [rule, "post"] => {
                let last = cases.last_mut().unwrap();
                assert_eq!(last.rule, *rule);
                last.post = Some(body.to_owned());
            }
            [rule, kind, lines @ ..] => {
                let lines: Vec<usize> = lines.iter().map(|line| line.parse().unwrap()).collect();
                assert_eq!(*kind == "trips", !lines.is_empty(), "{head}");
                let lines = (*kind == "trips").then_some(lines);
                cases.push(Case { rule: (*rule).to_owned(), lines, pre: body.to_owned(), post: None });
            }
            _ => panic!("{head}"),
        }
    }
    cases
}

#[test]
fn every_rule_is_tripped_and_has_a_near_script_that_is_not() {
    let mut seen: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let report = look(&case.pre, case.post.as_deref());
        let lines: Vec<usize> = report
            .findings
            .iter()
            .filter(|found| found.rule == case.rule && found.role == Role::Pre)
            .map(|found| found.line)
            .collect();
        if lines != case.lines.clone().unwrap_or_default() {
            wrong.push(format!("{}: {lines:?} instead of {:?}\n{}", case.rule, case.lines, case.pre));
        }
        // Only what a rule is about makes the nearest script differ: it can be read.
        let unread = report.findings.iter().any(|found| found.rule == "Q90" && case.rule != "Q90");
        assert!(!unread, "{case:?}: {report:?}");
        seen.entry(case.rule).or_default().insert(case.lines.is_some());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in RULES {
        let both = seen.get(rule.id).map(BTreeSet::len);
        assert_eq!(both, Some(2), "{} has no two scripts in rules.txt", rule.id);
    }
}

/// What may stand in front of a client; `{}` is the client's command.
const PREFIXES: &[&str] = &[
    "docker exec db {}",
    "docker exec -i -e A=b -u mysql db {}",
    "docker --context c exec -iu mysql db {}",
    "docker compose -f /run/c.yml exec -T db {}",
    "podman exec --user mysql db {}",
    "kubectl exec -i pod-0 -c main -- {}",
    "kubectl -n db exec pod-0 -- {}",
    "nsenter -t 1 -m -p -- {}",
    "nsenter -mt 1 {}",
    "chroot /srv/root {}",
    "sudo -n {}",
    "sudo -n -iu mysql {}",
    "sudo -nu mysql A=b {}",
    "runuser -u mysql -- {}",
    "runuser --user mysql {}",
    "env A=b B=c {}",
    "timeout -k 5 60 {}",
    "nice {}",
    "nice -n 5 ionice -c2 -n 7 {}",
    "nohup {}",
    "setsid -w {}",
    "command {}",
    "time {}",
    "flock /run/lock {}",
    "flock -w 5 /run/lock {}",
    "setpriv --reuid 999 {}",
    "/usr/bin/env /usr/bin/{}",
];

/// The command is one word after these.
const TEXTS: &[&str] = &[
    "sh -c {}",
    "bash -ec {}",
    "su - mysql -c {}",
    "su mysql --command={}",
    "runuser -l mysql -c {}",
    "flock /run/lock -c {}",
    "docker exec db sh -c {}",
    "eval {}",
];

/// Rules about what a client does, rather than about the shell around it.
const OF_CLIENTS: &[&str] = &["Q01", "Q02", "Q03", "Q04", "Q05", "Q07", "Q23", "Q24", "Q25", "Q27"];

#[test]
fn a_client_is_seen_behind_what_starts_it() {
    let clients = ["mysql ", "psql ", "redis-cli "];
    let mut tried = 0;
    for case in cases().iter().filter(|case| OF_CLIENTS.contains(&case.rule.as_str()) && case.lines.is_some()) {
        let line = case.pre.lines().find(|line| clients.iter().any(|client| line.contains(client))).unwrap();
        let from = clients.iter().find_map(|client| line.find(client)).unwrap();
        let ends: &[&str] = if line.contains("$(") { &[")"] } else { &[" >", " &", " <"] };
        let to = ends.iter().filter_map(|end| line[from..].rfind(end)).min().map_or(line.len(), |to| from + to);
        let command = &line[from..to];
        let quoted = format!("'{}'", command.replace('\'', "'\\''"));
        let forms = PREFIXES.iter().map(|one| one.replace("{}", command));
        // A limit in front of the client is a limit.
        let forms = forms.filter(|form| case.rule != "Q23" || !form.starts_with("timeout"));
        for form in forms.chain(TEXTS.iter().map(|one| one.replace("{}", &quoted))) {
            let pre = case.pre.replace(command, &form);
            let report = look(&pre, case.post.as_deref());
            assert!(report.findings.iter().any(|found| found.rule == case.rule), "{}\n{pre}{report:#?}", case.rule);
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn the_pairs_of_the_library_are_clean_without_waivers() {
    for engine in consnap_scripts::ENGINES {
        let methods: Vec<Option<(String, String)>> = engine
            .settings()
            .into_iter()
            .filter(|setting| setting.name == "METHOD")
            .flat_map(|setting| match setting.kind {
                consnap_scripts::Kind::Choice { of } => of.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>(),
                _ => Vec::new(),
            })
            .map(|value| Some(("METHOD".to_owned(), value)))
            .chain([None])
            .collect();
        for method in methods {
            let settings: Vec<_> = method.into_iter().collect();
            let pair = consnap_scripts::write(engine.name, None, None, &settings).unwrap();
            let report = look(&pair.pre.content, Some(&pair.post.content));
            assert_eq!(report.findings, [], "{} {settings:?}", engine.name);
            assert!(report.passed && !pair.pre.content.contains("consnap: allow"));
        }
    }
}

/// Whole pairs as samples have them; what is found in each, by rule and line.
#[test]
fn usual_bad_samples_are_told_as_what_they_are() {
    let mut seen = 0;
    for entry in fs::read_dir(fixtures().join("samples")).unwrap() {
        let pre = entry.unwrap().path();
        let Some(name) = pre.to_str().unwrap().strip_suffix(".pre.sh") else { continue };
        let post = fs::read_to_string(format!("{name}.post.sh")).ok();
        let report = look(&fs::read_to_string(&pre).unwrap(), post.as_deref());
        let role = |role| if role == Role::Pre { "pre" } else { "post" };
        let found: Vec<String> = report
            .findings
            .iter()
            .map(|found| {
                format!(
                    "{}:{} {} {}",
                    role(found.role),
                    found.line,
                    format!("{:?}", found.severity).to_lowercase(),
                    found.rule
                )
            })
            .collect();
        let found = found.join("\n") + "\n";
        let expected = fs::read_to_string(format!("{name}.expected")).unwrap_or_default();
        assert_eq!(found, expected, "{name}:\n{found}");
        assert!(!report.passed, "{name}");
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn what_cannot_be_looked_at_is_never_clean() {
    for text in ["", "\n", "#!", "#!/usr/bin/perl\nprint 1;\n", "#!/bin/sh\necho 'open\n", "#!/bin/sh\necho \0\n"] {
        let report = look(text, None);
        assert!(!report.passed && report.findings.iter().all(|found| found.line > 0), "{text:?}: {report:?}");
    }
    // The pre-script is well; the post-script is not known.
    let report = look("#!/bin/sh\npsql -c CHECKPOINT\n", Some("#!/usr/bin/python3\n"));
    assert_eq!((report.passed, report.findings[0].rule, report.findings[0].role), (false, "Q91", Role::Post));
    for text in ["\u{feff}#!/bin/sh\necho\n", "#!/bin/sh\r\necho\r\n"] {
        assert!(look(text, None).findings.iter().any(|found| found.rule == "Q19"), "{text:?}");
    }
}

#[test]
fn a_waiver_lets_off_its_line_and_keeps_its_reason() {
    let text = "#!/bin/sh\n# consnap: allow Q13 a loop mount\nfsfreeze -f /data\nfsfreeze -f /other\n";
    let report = look(text, None);
    let waived: Vec<_> = report.findings.iter().map(|found| (found.line, found.waived.as_deref())).collect();
    assert_eq!(waived, [(3, Some("a loop mount")), (4, None)]);
    assert!(!report.passed);
    for before in ["psql -c CHECKPOINT\n", "if true; then echo; fi\n", "f() {\n  echo\n}\n"] {
        let text = format!(
            "#!/bin/sh\nset -e\n{before}\n# consnap: allow Q13 a loop mount\n# more\nfsfreeze \\\n  -f /data\nfsfreeze -f /other\n"
        );
        let report = look(&text, None);
        let waived: Vec<_> = report.findings.iter().map(|found| found.waived.is_some()).collect();
        assert_eq!(waived, [true, false], "{report:?}");
    }
    let alone = look("#!/bin/sh\nfsfreeze -f /data # consnap: allow Q13 a loop mount\n", None);
    assert!(alone.passed && alone.findings.len() == 1);
    // In a string it is none.
    let said = look("#!/bin/sh\necho '# consnap: allow Q13 x'; fsfreeze -f /data\n", None);
    assert!(!said.passed, "{said:?}");
    // What says that nothing is known cannot be let off.
    assert!(!look("#!/bin/sh\n# consnap: allow Q90 x\nif\n", None).passed);
}

#[test]
fn findings_are_sorted_and_told_in_both_languages() {
    let pre = "#!/bin/sh\nmysql -e 'FLUSH TABLES WITH READ LOCK'\nfsfreeze -f /data\nexit 193\n";
    let post = Source { name: "post", bytes: b"#!/bin/sh\nmysql -e 'UNLOCK TABLES'\n" };
    let in_lang = |lang| lint(Source { name: "pre", bytes: pre.as_bytes() }, Some(post), lang);
    let (en, zh) = (in_lang(Lang::En), in_lang(Lang::Zh));
    let places: Vec<_> = en.findings.iter().map(|found| (found.role, found.line, found.column, found.rule)).collect();
    let mut sorted = places.clone();
    sorted.sort();
    assert_eq!(places, sorted);
    assert_eq!(en.findings.len(), zh.findings.len());
    assert!(zh.findings.iter().all(|found| !found.message.is_ascii() && !found.fix.is_ascii()));
    assert!(
        en.findings.iter().any(|found| found.rule == "Q01" && found.line == 2 && found.severity == Severity::Error)
    );
    assert!(en.findings.iter().all(|found| !found.message.contains("{what}")));
}

/// Clients whose statements rules look at.
const CLIENTS: &[&str] = &["mysql", "mariadb", "psql", "redis-cli", "valkey-cli", "mongosh"];

/// A script with each client that begins a line written in another way.
fn rewritten(text: &str, write: impl Fn(&str) -> String) -> Option<String> {
    let mut any = false;
    let mut one = |line: &str| {
        let command = line.trim_start();
        let is_client = CLIENTS.iter().any(|name| command.split(' ').next() == Some(name));
        any |= is_client;
        let blank = &line[..line.len() - command.len()];
        if is_client { format!("{blank}{}", write(command)) } else { line.to_owned() }
    };
    let lines: Vec<String> = text.lines().map(&mut one).collect();
    any.then(|| lines.join("\n") + "\n")
}

/// Through whatever function a client is called: the rule that it breaks is told.
#[test]
fn a_client_is_seen_through_functions() {
    const FUNCTIONS: &str = "#!/bin/sh\nrun() { \"$@\"; }\ntwice() { run \"$@\"; }\n";
    let mut tried = 0;
    for case in cases().iter().filter(|case| case.lines.is_some()) {
        for starter in ["run ", "twice "] {
            let Some(text) = rewritten(&case.pre, |command| format!("{starter}{command}")) else { continue };
            let text = text.replacen("#!/bin/sh\n", FUNCTIONS, 1).replacen(
                "#!/bin/bash\n",
                &FUNCTIONS.replace("/sh", "/bash"),
                1,
            );
            let report = look(&text, case.post.as_deref());
            let tripped = report.findings.iter().any(|found| found.rule == case.rule);
            assert!(tripped, "{}, {starter}:\n{text}\n{:#?}", case.rule, report.findings);
            tried += 1;
        }
    }
    assert!(tried >= 30, "{tried}");
}

/// What is passed to a function, or put together with `set --`, is what the function does.
#[test]
fn arguments_reach_the_function_that_is_called() {
    for (text, rule) in [
        ("q() { mysql -e \"$1\"; }\nq 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("q() { mysql -e \"$1\"; }\nq 'SELECT SLEEP(1)'\nq 'FLUSH TABLES WITH READ LOCK'\nq 'UNLOCK TABLES'\n", "Q01"),
        ("q() { mysql -N -e \"$*\"; }\nq FLUSH TABLES WITH READ LOCK\n", "Q01"),
        ("q() { sql=$1; mysql -e \"$sql\"; }\nq 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("q() { local sql=\"${1:-SELECT 1}\"; mysql -e \"$sql\"; }\nq 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("q() { for sql in \"$@\"; do mysql -e \"$sql\"; done; }\nq 'SELECT 1' 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("q() { name=$1; shift; mysql -h \"$name\" -e \"$1\"; }\nq db1 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        (
            "limited() { limit=$1; shift; timeout \"$limit\" \"$@\"; }\nlimited 30 mysql -e 'FLUSH TABLES WITH READ LOCK'\n",
            "Q01",
        ),
        (
            "q() { while [ $# -gt 0 ]; do mysql -e \"$1\"; shift; done; }\nq 'SELECT 1' 'FLUSH TABLES WITH READ LOCK'\n",
            "Q01",
        ),
        ("inner() { mysql -e \"$2\"; }\nouter() { inner x \"$1\"; }\nouter 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("all() { \"$@\"; }\nall mysql -e 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("all() { \"$@\"; }\nall echo hi\nall mysql -e 'FLUSH TABLES WITH READ LOCK'\n", "Q01"),
        ("all() { \"$@\"; }\nall mysql -e 'SELECT 1'\nall redis-cli BGSAVE\n", "Q25"),
        ("set -- mysql -e 'FLUSH TABLES WITH READ LOCK'\n\"$@\"\n", "Q01"),
        ("set -- 'FLUSH TABLES WITH READ LOCK'\nmysql -e \"$1\"\n", "Q01"),
        ("in_shell() { sh -c \"$1\"; }\nin_shell \"mysql -e 'FLUSH TABLES WITH READ LOCK'\"\n", "Q01"),
        ("log() { echo x >> \"$1\"; }\nlog /var/log/quiesce.log\n", "Q12"),
        ("freeze() { fsfreeze -f \"$1\"; }\nfreeze /data\n", "Q13"),
        ("docker exec -it db mysql -e 'SELECT 1'\n", "Q18"),
    ] {
        let report = look(&format!("#!/bin/sh\n{text}"), None);
        assert!(report.findings.iter().any(|found| found.rule == rule), "{rule}:\n{text}\n{:#?}", report.findings);
    }
    // A harmless neighbour of each is none.
    for text in [
        "q() { mysql -e \"$1\" || exit 10; }\nq 'SELECT 1'\n",
        "log() { echo x >> \"$1\"; }\nlog /run/quiesce/log\n",
        "all() { \"$@\"; }\nall mysql -e 'SELECT 1'\n",
        "docker exec -i db mysql -e 'SELECT 1'\n",
    ] {
        let report = look(&format!("#!/bin/sh\n{text}"), None);
        assert!(report.findings.is_empty(), "{text}\n{:#?}", report.findings);
    }
}

#[test]
fn hostile_texts_are_read_in_bounded_time() {
    let many = |line: fn(usize) -> String| (0..200).map(line).collect::<Vec<_>>().join("\n");
    let names = many(|n| format!("v{n}=\"$v{}$v{}$v{}\"", n + 1, n + 2, n + 3));
    let loops = many(|n| format!("x=$x{n}$x"));
    let mut texts = vec![names, loops, "(".repeat(50_000), "$(".repeat(50_000), "if true; then ".repeat(5_000)];
    texts.push(format!("echo {}", "\"$(".repeat(2_000)));
    texts.push("a | ".repeat(20_000));
    texts.push("sh -c \"sh -c 'eval \\\"sh -c x\\\"'\"\n".repeat(200));
    for text in texts {
        let report = look(&format!("#!/bin/sh\n{text}\n"), None);
        assert!(report.findings.iter().all(|found| found.line > 0));
    }
    let good = fs::read(fixtures().join("rules.txt")).unwrap();
    for at in (0..good.len()).step_by(97) {
        let mut bytes = b"#!/bin/sh\n".to_vec();
        bytes.extend(&good[at..]);
        bytes.truncate(600);
        let place = at % bytes.len();
        bytes[place] ^= 0x5a;
        lint(Source { name: "pre", bytes: &bytes }, Some(Source { name: "post", bytes: &bytes }), Lang::Zh);
    }
}

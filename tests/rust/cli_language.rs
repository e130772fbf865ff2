//! The language of the command line: how it is chosen, help, and errors in the arguments.

use serde_json::Value;

use super::{Done, Place};

/// Runs in an environment with nothing but these variables.
fn with(variables: &[(&str, &str)], arguments: &[&str]) -> Done {
    let place = Place::new();
    let mut command = place.command(arguments);
    for (name, value) in variables {
        command.env(name, value);
    }
    Done::of(command.output().unwrap())
}

fn is_chinese(text: &str) -> bool {
    text.contains("无法理解命令行")
}

#[test]
fn a_language_is_named_as_people_and_systems_do() {
    for (value, chinese) in [
        ("zh", true),
        ("zh_CN", true),
        ("zh-CN", true),
        ("zh-Hans-CN", true),
        ("zh_CN.UTF-8", true),
        ("ZH", true),
        ("en", false),
        ("en_US", false),
        ("en-US", false),
        ("en_US.UTF-8", false),
    ] {
        let other = if chinese { "en_US.UTF-8" } else { "zh_CN.UTF-8" };
        let from_variable = with(&[("CONSNAP_LANG", value), ("LANG", other)], &["explain", "CE400"]);
        assert_eq!(
            (from_variable.exit, is_chinese(&from_variable.out)),
            (0, chinese),
            "{value}: {}",
            from_variable.err
        );
        let option = format!("--lang={value}");
        let from_option = with(&[("CONSNAP_LANG", other)], &["explain", "CE400", &option]);
        assert_eq!((from_option.exit, is_chinese(&from_option.out)), (0, chinese), "{value}: {}", from_option.err);
    }
}

#[test]
fn an_empty_variable_is_as_none() {
    for (system, chinese) in [("zh_CN.UTF-8", true), ("zhuang", false), ("C", false)] {
        let done = with(&[("CONSNAP_LANG", ""), ("LANG", system)], &["explain", "CE400"]);
        assert_eq!((done.exit, is_chinese(&done.out)), (0, chinese), "{system}: {}", done.err);
    }
    with(&[], &["explain", "CE400", "--lang="]).refuses(2, &["--lang", "en", "zh"]);
}

#[test]
fn an_unknown_language_is_refused_with_those_that_exist() {
    for value in ["fr", "C", "zhuang", "_CN"] {
        with(&[("CONSNAP_LANG", value)], &["explain", "CE400"]).refuses(2, &[value, "--lang", "en, zh"]);
        with(&[], &["explain", "CE400", "--lang", value]).refuses(2, &[value, "--lang", "en, zh"]);
    }
}

#[test]
fn wrong_usage_as_json_has_the_language_too() {
    let message = |done: &Done| {
        assert_eq!((done.exit, done.out.as_str()), (2, ""), "{}", done.err);
        let error: Value = serde_json::from_str(&done.err).unwrap();
        assert_eq!(error["code"], "CE400");
        error["message"].as_str().unwrap().to_owned()
    };
    for (variables, arguments, chinese) in [
        (&[][..], &["check", "--nix", "--format", "json", "--lang", "zh"][..], true),
        (&[], &["--lang=zh-CN", "chekc", "--format=json"], true),
        (&[("CONSNAP_LANG", "zh")], &["chekc", "--format=json"], true),
        (&[("CONSNAP_LANG", "zh")], &["chekc", "--format=json", "--lang", "en"], false),
        (&[("LC_ALL", "zh_CN.UTF-8")], &["chekc", "--format=json"], true),
        (&[("LC_ALL", "zh_CN.UTF-8"), ("CONSNAP_LANG", "en_US")], &["chekc", "--format=json"], false),
        (&[("CONSNAP_LANG", "")], &["chekc", "--format=json"], false),
    ] {
        let done = with(variables, arguments);
        assert_eq!(is_chinese(&message(&done)), chinese, "{variables:?} {arguments:?}: {}", done.err);
    }
}

#[test]
fn help_speaks_chinese_in_every_way_it_is_asked_for() {
    for arguments in [
        &["run", "--help", "--lang", "zh"][..],
        &["--lang=zh-CN", "run", "-h"],
        &["--lang", "zh", "help", "run"],
        &["help", "run", "--lang", "zh"],
    ] {
        let done = with(&[], arguments);
        assert_eq!((done.exit, done.err.as_str()), (0, ""), "{arguments:?}");
        for words in
            ["用法：consnap run [选项] [JOB]", "应用冻结脚本", "执行记录", "（默认值：text）", "环境变量：CONSNAP_LANG"]
        {
            assert!(done.out.contains(words), "{arguments:?}: {words}");
        }
        assert!(!done.out.contains('\u{1b}'));
    }
    let english = with(&[], &["help", "run"]);
    assert_eq!(english.out, with(&[], &["run", "--help"]).out);
    assert!(english.out.contains("Usage: consnap run [OPTIONS] [JOB]"), "{}", english.out);
    assert!(with(&[("CONSNAP_LANG", "zh")], &["help", "policy", "check"]).out.contains("用法：consnap policy check"));
}

#[test]
fn wrong_usage_is_told_in_chinese() {
    for (arguments, words) in [
        (&["chekc"][..], &["未知命令 'chekc'", "'check'"][..]),
        (&["check", "a", "--fact", "b"], &["未知参数 '--fact'", "提示", "'--facts'"]),
        (&["check"], &["缺少必需的参数", "<JOB>", "用法：consnap check"]),
        (&["plan", "--require", "foo"], &["'--require <LEVEL>' 的值 'foo' 无效", "可选值：application、file_system"]),
        (&["plan", "--lang", "zh", "--format", "jsn"], &["的值 'jsn' 无效", "text、json、sarif、junit", "'json'"]),
        (&["plan", "--name"], &["参数 '--name <NAME>' 缺少值"]),
        (&["show", "a", "--all", "--html"], &["参数 '--all' 不能与 '--html' 同时使用"]),
        (&["show", "a", "--html", "--html"], &["不能重复使用"]),
        (&["history", "--limit", "x"], &["'--limit <COUNT>' 的值 'x' 无效：须为整数"]),
        (&["plan", "--tag", "x"], &["无效：请写为 KEY=VALUE"]),
        (&["plan", "--expect", "x"], &["无效：请写为 `40-60`"]),
        (&["audit", "--rpo", "x"], &["无效：请写为 `24h`"]),
        (&["audit", "--rpo", "1d", "--from", "x"], &["无效：请写为 2026-11-01"]),
        (&["plan", "--tag-snapshots", "--all"], &["未知参数 '--all'"]),
        (&["policy"], &["'consnap policy' 缺少子命令", "check、test、explain、new"]),
    ] {
        let done = with(&[("CONSNAP_LANG", "zh")], arguments);
        done.refuses(2, words);
        assert!(done.err.starts_with("错误：") && done.err.ends_with("使用 '--help' 查看更多信息。\n"), "{}", done.err);
    }
}

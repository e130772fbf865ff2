//! Pasted commands, explained.

use super::*;

const LINUX: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=";
const WINDOWS: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin-win --params=";

fn linux(params: &str) -> Explained {
    explain(Platform::Linux, &format!("{LINUX}{params}"))
}

fn codes(explained: &Explained) -> Vec<&'static str> {
    explained.findings.iter().map(Finding::code).collect()
}

/// Findings of `-RamRoleName="R",` + params, and the corrected `--params=`.
#[track_caller]
fn check(params: &str, expected: &[&str], corrected: Option<&str>) {
    let explained = linux(&format!("-RamRoleName=\"R\",{params}"));
    assert_eq!(codes(&explained), expected, "{params}");
    let corrected = corrected.map(|params| format!("{LINUX}{params}"));
    assert_eq!(explained.corrected, corrected, "{params}");
}

#[test]
fn a_good_command_has_no_findings() {
    let explained = linux(r#"-RamRoleName="R",-InstantAccess=true,-TimeoutInSeconds=30,-ExcludeDiskId="",-Name="N1""#);
    assert!(explained.modelled && explained.findings.is_empty() && explained.corrected.is_none());
    assert_eq!(explained.plugin.as_deref(), Some("app-snapshot-plugin"));
    let read: Vec<(&str, &str, bool)> =
        explained.parameters.iter().map(|p| (p.name.as_str(), p.value.as_str(), p.known)).collect();
    assert_eq!(
        read,
        [
            ("RamRoleName", "R", true),
            ("InstantAccess", "true", true),
            ("TimeoutInSeconds", "30", true),
            ("ExcludeDiskId", "", true),
            ("Name", "N1", true)
        ]
    );
}

#[test]
fn values_that_break_on_the_way() {
    check(
        r#"-Name="my app",-TimeoutInSeconds=30"#,
        &["CS192", "CS184"],
        Some(r#"'-RamRoleName="R",-TimeoutInSeconds=30,-Name="my app"'"#),
    );
    check(
        r#"-Description="a #b",-Name=x"#,
        &["CS192", "CS183", "CS189"],
        Some(r#"'-RamRoleName="R",-Description="a #b",-Name="x"'"#),
    );
    check(r#"-Name="it's""#, &["CS182", "CS189"], Some(r#"'-RamRoleName="R",-Name="it'\''s"'"#));
    check(r"-Name='C:\x'", &["CS192"], Some(r#"'-RamRoleName="R",-Name="C:\\x"'"#));
    check(
        r#"-Name="x -InstantAccess=false""#,
        &["CS198"],
        Some(r#"'-RamRoleName="R",-Name="x -InstantAccess=false"'"#),
    );
    // Blanks between parameters of which each arrives as it was meant.
    let blanks = explain(
        Platform::Linux,
        "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=\"-RamRoleName=R -InstantAccess=true -Name=n1\"",
    );
    assert_eq!((codes(&blanks), blanks.arguments.map_or(0, |all| all.len()), blanks.corrected), (vec![], 3, None));
    check(r#"-Name="x",-ExcludeDiskId="d-1,d-2""#, &["CS192", "CS184"], None);
    let explained = linux(r#"-RamRoleName="R",-Description="a,b",-Name="N1""#);
    assert_eq!(codes(&explained), ["CS192", "CS184", "CS189"]);
    assert_eq!(explained.findings[0].message(crate::Lang::En), "`-Description=a,b` arrives as `-Description=a`");
    assert_eq!(
        explained.findings[1].message(crate::Lang::En),
        "`b -Name=N1` is ignored: the plug-in stops reading at the first word without a dash"
    );
    assert_eq!(
        explained.corrected.as_deref(),
        Some(
            "acs-plugin-manager --exec --plugin app-snapshot-plugin --separator=' ' \
             --params='-RamRoleName=\"R\" -Description=\"a,b\" -Name=\"N1\"'"
        )
    );
}

/// A separator inside of quotes belongs to the value, whatever follows it.
#[test]
fn quotes_keep_a_value_together() {
    let explained = explain(
        Platform::Linux,
        "acs-plugin-manager --exec --plugin app-snapshot-plugin --paramsV2 '-RamRoleName=R -name=N1 -Description=\"a -b=c\"'",
    );
    assert_eq!(codes(&explained), ["CS186", "CS189"]);
    let corrected = "'-RamRoleName=\"R\",-Description=\"a -b=c\",-Name=\"N1\"'";
    assert_eq!(explained.corrected, Some(format!("{LINUX}{corrected}")));
}

#[test]
fn names_and_values_the_plugin_refuses() {
    check(
        r#"-InstantAccessRetentionDays=1,-Name="N1""#,
        &["CS186"],
        Some(r#"-RamRoleName="R",-InstantAccessRentationDays=1,-Name="N1""#),
    );
    check(r#"-name="N1""#, &["CS186", "CS189"], Some(r#"-RamRoleName="R",-Name="N1""#));
    check(r#"-Colour=red,-Name="N1""#, &["CS185"], None);
    check(r#"-EnableWriters=true,-Name="N1""#, &["CS187"], None);
    check(r#"-Name="a",-Name="b""#, &["CS188"], Some(r#"-RamRoleName="R",-Name="b""#));
    check(r#"-Name="""#, &["CS193"], None);
    check(r#"-EnableFsFreeze=yes,-Name="N1""#, &["CS190"], None);
    check(r#"-TimeoutInSeconds=030,-Name="N1""#, &["CS191"], None);
    check(r#"-InstantAccessRentationDays=65536,-Name="N1""#, &["CS195"], None);
    check(r#"--=1,-Name="N1""#, &["CS196"], None);
    check("-h,-Name=N1", &["CS197"], None);
    check("-Name", &["CS196", "CS189"], None);
}

#[test]
fn go_reads_values_its_own_way() {
    for (text, number) in [
        ("30", Some(30)),
        ("-1", Some(-1)),
        ("+7", Some(7)),
        ("030", Some(24)),
        ("0x1E", Some(30)),
        ("0b11", Some(3)),
        ("0o17", Some(15)),
        ("1_000", Some(1000)),
        ("0_7", Some(7)),
        ("0x_f", Some(15)),
        ("0", Some(0)),
        ("08", None),
        ("_1", None),
        ("1__0", None),
        ("1_", None),
        ("", None),
        ("-", None),
        ("0x", None),
        ("1.5", None),
        ("--1", None),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
    ] {
        assert_eq!(plugin_flags::integer(text), number, "{text:?}");
    }
    let explained = linux("-RamRoleName=R,-Name,N1,-InstantAccess,-EnableFsFreeze=F");
    assert!(explained.findings.is_empty(), "{:?}", explained.findings);
    assert_eq!(explained.parameters[1].value, "N1");
    assert_eq!(explained.parameters[2].value, "true");
}

#[test]
fn shells_and_launcher() {
    let one = |platform, command: &str, modelled: bool, code: &str| {
        let explained = explain(platform, command);
        assert_eq!((explained.modelled, codes(&explained)), (modelled, vec![code]), "{command}");
        assert_eq!((explained.arguments, explained.corrected), (None, None), "{command}");
    };
    let linux = |params: &str| format!("{LINUX}{params}");
    one(Platform::Linux, &linux("-Name=$(id)"), false, "CS170");
    one(Platform::Linux, &linux("-Name=x 2>&1"), false, "CS171");
    one(Platform::Linux, &linux("-Name={a,b}"), false, "CS172");
    one(Platform::Linux, "/root/snapshot.sh", false, "CS173");
    one(Platform::Linux, &linux("\"-Name=x"), true, "CS174");
    one(Platform::Linux, "\u{feff}acs-plugin-manager", true, "CS175");
    let good = linux("-RamRoleName=\"R\",-Name=\"x\"");
    assert_eq!(explain(Platform::Linux, &format!("\u{feff}{good}")).corrected, Some(good));
    one(Platform::Linux, &linux("-Name=x --exec"), true, "CS176");
    one(Platform::Linux, &linux("-Name=x help"), true, "CS177");
    one(Platform::Linux, "acs-plugin-manager --exec", true, "CS178");
    one(Platform::Linux, " \n", true, "CS180");
    one(Platform::Linux, "COMP_LINE=a COMP_POINT=1 acs-plugin-manager", true, "CS173");
    one(Platform::Windows, &format!("{WINDOWS}-Name=%OS%"), false, "CS170");
    one(Platform::Windows, &format!("{WINDOWS}-Name=é"), false, "CS172");
}

#[test]
fn commands_beside_flags_ignored_and_other_plugins() {
    let explained = linux("-RamRoleName=R,-Name=x; id");
    assert_eq!((codes(&explained), explained.corrected), (vec!["CS181"], None));
    assert_eq!(explained.arguments.unwrap(), ["-RamRoleName=R", "-Name=x"]);

    let explained = linux("-RamRoleName=R,-Name=x\r\n\r\n");
    assert_eq!(codes(&explained), ["CS181"]);
    assert_eq!(explained.corrected.unwrap(), format!("{LINUX}-RamRoleName=\"R\",-Name=\"x\""));

    let explained = linux("-RamRoleName=R,-Name=x --what stray");
    assert_eq!(codes(&explained), ["CS194"]);

    let explained = explain(Platform::Linux, &format!("{WINDOWS}-RamRoleName=R,-Name=x"));
    assert_eq!((codes(&explained), explained.arguments), (vec!["CS179"], None));
    assert_eq!(explained.corrected.unwrap(), format!("{LINUX}-RamRoleName=\"R\",-Name=\"x\""));

    let explained = explain(Platform::Linux, "acs-plugin-manager -e -P other -p -RamRoleName=R,-Name=x");
    assert_eq!((codes(&explained), explained.corrected), (vec!["CS178"], None));

    let explained = explain(Platform::Windows, &format!("{WINDOWS}-RamRoleName=R,-Name=x%"));
    assert_eq!((codes(&explained), explained.corrected), (vec!["CS199"], None));
    assert_eq!(explained.arguments.unwrap()[1], "-Name=x");

    let explained = linux("-RamRoleName=R,-Name={{x}}");
    assert_eq!(codes(&explained)[0], "CS151");
}

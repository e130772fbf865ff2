//! How arguments are written so that they arrive: the forms of docs/sources/launcher.md 4.1 and 5.

use super::Form;
use super::launcher::PROGRAM;
use crate::base::consistency::Platform;

/// A value as the plug-in takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Any text.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A number in plain decimal digits.
    Integer(i64),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
        }
    }
}

/// A parameter with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The plug-in's spelling.
    pub wire: &'static str,
    /// Its value.
    pub value: Value,
}

impl Assigned {
    /// The argument that the plug-in is to receive.
    pub fn argument(&self) -> String {
        format!("-{}={}", self.wire, self.value)
    }

    /// The value if it is text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Boolean(_) | Value::Integer(_) => None,
        }
    }
}

/// The form these values need. The separator form is taken when it is asked for, and only then.
pub fn form(platform: Platform, parameters: &[Assigned], use_separator: bool) -> Form {
    let safe = parameters.iter().filter_map(Assigned::text).all(|text| is_safe(platform, text));
    match platform {
        _ if use_separator => Form::Separator,
        _ if safe => Form::Vendor,
        Platform::Linux => Form::Quoted,
        Platform::Windows => Form::WholeArgument,
    }
}

/// Writes a command. Whether the values survive in that form is for [`super::launcher`] to say; what no form carries,
/// such as `%` on Windows, has been refused before.
pub fn write(platform: Platform, form: Form, plugin: &str, parameters: &[Assigned]) -> String {
    let joined = |separator: &str, quote: &dyn Fn(&str) -> String| {
        let arguments: Vec<String> = parameters
            .iter()
            .map(|parameter| match &parameter.value {
                Value::Text(text) => format!("-{}={}", parameter.wire, quote(text)),
                Value::Boolean(_) | Value::Integer(_) => parameter.argument(),
            })
            .collect();
        arguments.join(separator)
    };
    let params = match (form, platform) {
        (Form::Vendor, _) => format!("--params={}", joined(",", &|text| format!("\"{text}\""))),
        (Form::Separator, Platform::Linux) => {
            format!("--separator=' ' --params={}", shell_quoted(&joined(" ", &double_quoted)))
        }
        (Form::Separator, Platform::Windows) => {
            format!("\"--separator= \" \"--params={}\"", joined(" ", &single_quoted))
        }
        (Form::Quoted | Form::WholeArgument, Platform::Linux) => {
            format!("--params={}", shell_quoted(&joined(",", &double_quoted)))
        }
        (Form::Quoted | Form::WholeArgument, Platform::Windows) => {
            format!("\"--params={}\"", joined(",", &single_quoted))
        }
    };
    format!("{PROGRAM} --exec --plugin {plugin} {params}")
}

/// Whether a value passes all four readers of the vendor's form unchanged: letters, digits and `. _ : / - + @ =`,
/// letters of other scripts on Linux only.
pub fn is_safe(platform: Platform, text: &str) -> bool {
    text.chars().all(|c| match c {
        '.' | '_' | ':' | '/' | '-' | '+' | '@' | '=' => true,
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        _ => platform == Platform::Linux && c.is_alphanumeric(),
    })
}

/// For the lexer, in double quotes.
fn double_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// For the lexer, in single quotes where needed: cmd.exe must not meet a double quote inside the argument.
fn single_quoted(text: &str) -> String {
    if is_safe(Platform::Windows, text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// For a POSIX shell.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

//! Reads a request as the service does: from headers, query and form, decoded, whatever the SDK's spelling
//! (docs/sources/sdk.md 2.2).

use consnap_core::base::http::HttpRequest;

use super::error::ApiError;

/// The parameters of a call, decoded, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(pub(crate) Vec<(String, String)>);

impl Parameters {
    /// The parameters for the log, without the one that is a secret.
    pub(crate) fn without_secrets(self) -> Vec<(String, String)> {
        let hidden = |(name, value): (String, String)| match name.as_str() {
            "OIDCToken" => (name, "***".to_owned()),
            _ => (name, value),
        };
        self.0.into_iter().map(hidden).collect()
    }

    /// The last value of a parameter, as a server that fills a map would keep it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter unless it is empty. The service takes an empty one for absent: an empty `InvokeId` is no
    /// filter at all (docs/sources/api.md 4.2).
    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.filter(name).ok_or_else(|| ApiError::missing(name))
    }

    /// A truth value: `true`, `True`, `false`, `False`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.filter(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::invalid(name)),
        }
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.filter(name).map(|text| text.parse().map_err(|_| ApiError::invalid(name))).transpose()
    }

    /// The values of a flattened list, `InstanceId.1`, `InstanceId.2`, in the order of their numbers; empty ones fall away.
    pub(crate) fn repeated(&self, name: &str) -> Vec<&str> {
        let mut found: Vec<(u32, &str)> = self
            .0
            .iter()
            .filter_map(|(key, value)| {
                let number = key.strip_prefix(name)?.strip_prefix('.')?.parse().ok()?;
                (!value.is_empty()).then_some((number, value.as_str()))
            })
            .collect();
        found.sort_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// Keys and values of a flattened list of pairs, `Tag.1.Key` and `Tag.1.Value` (also `Tag.1.key`, as older SDKs write).
    pub(crate) fn pairs(&self, name: &str) -> Vec<(&str, &str)> {
        let mut found: Vec<(u32, &str, &str)> = Vec::new();
        for (key, value) in &self.0 {
            let Some(rest) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) else { continue };
            let Some((number, member)) = rest.split_once('.') else { continue };
            let Ok(number) = number.parse::<u32>() else { continue };
            let position = found.iter().position(|(n, ..)| *n == number).unwrap_or_else(|| {
                found.push((number, "", ""));
                found.len() - 1
            });
            let Some(entry) = found.get_mut(position) else { continue };
            match member {
                "Key" | "key" => entry.1 = value,
                "Value" | "value" => entry.2 = value,
                _ => {}
            }
        }
        found.sort_by_key(|(number, ..)| *number);
        found.into_iter().filter(|(_, key, _)| !key.is_empty()).map(|(_, key, value)| (key, value)).collect()
    }

    /// A JSON array of texts in one parameter, such as `InstanceIds`; `None` when absent or empty.
    pub(crate) fn json_list(&self, name: &str) -> Option<Result<Vec<String>, serde_json::Error>> {
        self.filter(name).map(serde_json::from_str)
    }
}

/// How a request is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// HMAC-SHA1 over the parameters.
    V1,
    /// `ACS3-HMAC-SHA256` over request and headers.
    V3 {
        /// From `Credential=`.
        access_key_id: String,
        /// Lower-case names, in the order given.
        signed_headers: Vec<String>,
        /// Lower-case hexadecimal.
        signature: String,
    },
}

/// A request as the service reads it.
#[derive(Clone, Debug)]
pub(crate) struct Request<'r> {
    pub(crate) http: &'r HttpRequest,
    /// The operation asked for.
    pub(crate) action: String,
    /// The version of the API asked for.
    pub(crate) version: String,
    /// Query parameters, decoded.
    pub(crate) query: Parameters,
    /// Form parameters, decoded.
    pub(crate) form: Parameters,
    /// How it is signed.
    pub(crate) signature: Signature,
}

impl<'r> Request<'r> {
    /// Reads a request. What cannot be read at all is answered as the gateway would.
    pub(crate) fn read(http: &'r HttpRequest) -> Result<Self, ApiError> {
        if http.method != "GET" && http.method != "POST" {
            return Err(ApiError::of("UnsupportedHTTPMethod"));
        }
        let query = Parameters(decode_pairs(http.query.as_bytes()));
        let is_form = http.header("content-type").is_some_and(|kind| {
            kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
        });
        let form = if is_form { Parameters(decode_pairs(&http.body)) } else { Parameters::default() };
        let common = |header: &str, name: &str| {
            http.header(header)
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .or_else(|| query.filter(name))
                .or_else(|| form.filter(name))
                .map(str::to_owned)
        };
        let action = common("x-acs-action", "Action").ok_or_else(|| ApiError::missing("Action"))?;
        let version = common("x-acs-version", "Version").ok_or_else(|| ApiError::missing("Version"))?;
        let signature = match http.header("authorization") {
            Some(text) => read_authorization(text).ok_or_else(|| ApiError::of("IncompleteSignature"))?,
            None => Signature::V1,
        };
        Ok(Self { http, action, version, query, form, signature })
    }

    /// A parameter that every request of signature version 1 carries, wherever it stands.
    pub(crate) fn common(&self, name: &str) -> Option<&str> {
        self.query.filter(name).or_else(|| self.form.filter(name))
    }

    /// The parameters of the operation itself, without those that signing adds. Secrets end here.
    pub(crate) fn into_parameters(self) -> Parameters {
        let mut all = self.query.0;
        all.extend(self.form.0);
        all.retain(|(name, _)| !COMMON.contains(&name.as_str()));
        Parameters(all)
    }
}

/// What signature version 1 and the SDKs add to the parameters of an operation.
const COMMON: &[&str] = &[
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureType",
    "SignatureNonce",
    "Timestamp",
    "SecurityToken",
];

/// `ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b>,Signature=<hex>`.
fn read_authorization(text: &str) -> Option<Signature> {
    let fields = text.trim().strip_prefix("ACS3-HMAC-SHA256")?;
    let (mut id, mut headers, mut signature) = (None, None, None);
    for field in fields.split(',') {
        match field.trim().split_once('=')? {
            ("Credential", value) => id = Some(value.to_owned()),
            ("SignedHeaders", value) => {
                headers = Some(value.split(';').map(str::to_ascii_lowercase).collect());
            }
            ("Signature", value) => signature = Some(value.to_owned()),
            _ => {}
        }
    }
    Some(Signature::V3 { access_key_id: id?, signed_headers: headers?, signature: signature? })
}

/// Decodes `a=b&c=d`; both `+` and `%20` are a blank.
pub(crate) fn decode_pairs(text: &[u8]) -> Vec<(String, String)> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => {
                let (name, value) = pair.split_at(at);
                (decode(name), decode(value.get(1..).unwrap_or_default()))
            }
            None => (decode(pair), String::new()),
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, behind @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = behind;
                }
                _ => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(text: &str) -> Parameters {
        Parameters(decode_pairs(text.as_bytes()))
    }

    #[test]
    fn decodes_every_spelling() {
        let read = parameters("a=x+y&b=x%20y&c=%2A*~%7E&d=%E4%B8%AD&e=%zz%4&f&=g&h=a=b");
        for (name, value) in
            [("a", "x y"), ("b", "x y"), ("c", "**~~"), ("d", "中"), ("e", "%zz%4"), ("f", ""), ("", "g"), ("h", "a=b")]
        {
            assert_eq!(read.get(name), Some(value), "{name}");
        }
        assert_eq!(parameters("x=%ff").get("x"), Some("\u{fffd}"));
    }

    #[test]
    fn lists_follow_their_numbers() {
        let read =
            parameters("Id.10=j&Id.2=b&Id.1=a&Id.x=y&Ids=z&Id.3=&Tag.2.Value=v&Tag.2.Key=k&Tag.1.key=l&Tag.3.Value=w");
        assert_eq!(read.repeated("Id"), ["a", "b", "j"]);
        assert_eq!(read.pairs("Tag"), [("l", ""), ("k", "v")]);
    }

    #[test]
    fn an_empty_filter_is_no_filter() {
        let read = parameters("InvokeId=&Flag=True&Bad=yes&N=7");
        assert_eq!(read.filter("InvokeId"), None);
        assert_eq!(read.flag("Flag").unwrap(), Some(true));
        assert!(read.flag("Bad").is_err());
        assert_eq!(read.number("N").unwrap(), Some(7));
    }
}

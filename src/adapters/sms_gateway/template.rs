//! The body of a request, with places for what differs from message to message.
//!
//! What is put in is encoded as the body needs it and cannot get out of its place: JSON is parsed before anything is
//! put in, and forms are encoded value by value.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::adapters::sms_gateway::SmsGatewayProblem;

#[derive(Clone)]
pub(super) enum Template {
    Json(Value),
    Form(Vec<(String, String)>),
}

/// What is put into the places of a template.
pub(super) struct Filling<'a> {
    pub(super) to: &'a str,
    pub(super) from: &'a str,
    pub(super) text: &'a str,
    pub(super) user: &'a str,
    pub(super) password: &'a str,
}

/// What a form leaves as it is (WHATWG URL, "application/x-www-form-urlencoded"); a space becomes `%20`, which every
/// reader of forms takes like a `+`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

impl Template {
    pub(super) fn json(template: &str) -> Result<Self, SmsGatewayProblem> {
        let template = serde_json::from_str(template).map_err(|_| SmsGatewayProblem::Template)?;
        Self::Json(template).checked()
    }

    pub(super) fn form(fields: Vec<(String, String)>) -> Result<Self, SmsGatewayProblem> {
        Self::Form(fields).checked()
    }

    /// Refuses a template that leaves out the number or the text, or names what does not exist: a mistake that would
    /// otherwise show at the first message.
    fn checked(self) -> Result<Self, SmsGatewayProblem> {
        let mut texts = Vec::new();
        match &self {
            Self::Json(value) => collect(value, &mut texts),
            Self::Form(fields) => texts.extend(fields.iter().map(|(_, value)| value.as_str())),
        }
        let named: Vec<&str> = texts.into_iter().flat_map(Pieces).filter_map(Piece::name).collect();
        let has = |name: &str| named.contains(&name);
        let known = ["to", "to_digits", "from", "text", "user", "password"];
        if (has("to") || has("to_digits")) && has("text") && named.iter().all(|name| known.contains(name)) {
            Ok(self)
        } else {
            Err(SmsGatewayProblem::Placeholder)
        }
    }

    pub(super) const fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json; charset=utf-8",
            Self::Form(_) => "application/x-www-form-urlencoded; charset=utf-8",
        }
    }

    pub(super) fn fill(&self, filling: &Filling<'_>) -> String {
        match self {
            Self::Json(template) => filled(template, filling).to_string(),
            Self::Form(fields) => {
                let field = |(name, value): &(String, String)| {
                    format!(
                        "{}={}",
                        utf8_percent_encode(name, FORM),
                        utf8_percent_encode(&filling.put_into(value), FORM)
                    )
                };
                fields.iter().map(field).collect::<Vec<_>>().join("&")
            }
        }
    }
}

impl Filling<'_> {
    fn put_into(&self, template: &str) -> String {
        let mut text = String::new();
        for piece in Pieces(template) {
            text.push_str(match piece {
                Piece::Words(words) => words,
                Piece::Place("to") => self.to,
                Piece::Place("to_digits") => self.to.trim_start_matches('+'),
                Piece::Place("from") => self.from,
                Piece::Place("text") => self.text,
                Piece::Place("user") => self.user,
                Piece::Place("password") => self.password,
                // There is no other: the template was checked.
                Piece::Place(_) => "",
            });
        }
        text
    }
}

/// A template of a text, piece by piece: `{name}` is a place, and every other brace is what it is.
struct Pieces<'a>(&'a str);

enum Piece<'a> {
    Words(&'a str),
    Place(&'a str),
}

impl<'a> Piece<'a> {
    const fn name(self) -> Option<&'a str> {
        match self {
            Self::Place(name) => Some(name),
            Self::Words(_) => None,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let is_name =
            |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let place_at = |text: &'a str| {
            let (name, _) = text.strip_prefix('{')?.split_once('}')?;
            is_name(name).then_some(name)
        };
        if self.0.is_empty() {
            return None;
        }
        if let Some(name) = place_at(self.0) {
            self.0 = &self.0[name.len() + 2..];
            return Some(Piece::Place(name));
        }
        let next = self.0.match_indices('{').map(|(at, _)| at).find(|at| place_at(&self.0[*at..]).is_some());
        let (words, rest) = self.0.split_at(next.unwrap_or(self.0.len()));
        self.0 = rest;
        Some(Piece::Words(words))
    }
}

fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn filled(template: &Value, filling: &Filling<'_>) -> Value {
    match template {
        Value::String(text) => Value::String(filling.put_into(text)),
        Value::Array(values) => values.iter().map(|value| filled(value, filling)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), filled(value, filling))).collect()
        }
        other => other.clone(),
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.content_type())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILLING: Filling<'static> = Filling {
        to: "+4741234567",
        from: "Forbundet",
        text: "Koden er \"73918264\"\n{password} æøå & = ? % +",
        user: "ola",
        password: "s\"cret",
    };

    #[test]
    fn json_is_encoded_and_a_place_within_a_text_stays_a_text() {
        let template =
            Template::json(r#"{"to": ["{to}"], "m": "{text}", "n": 1, "auth": "{user}:{password}"}"#);
        let filled: Value = serde_json::from_str(&template.unwrap().fill(&FILLING)).unwrap();
        assert_eq!(filled["to"][0], "+4741234567");
        assert_eq!(filled["m"], FILLING.text);
        assert_eq!(filled["auth"], "ola:s\"cret");
        assert_eq!(filled["n"], 1);
    }

    #[test]
    fn a_form_is_encoded_as_utf_8() {
        let fields = [("To", "{to_digits}"), ("Body", "{text}")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let body = Template::form(fields.to_vec()).unwrap().fill(&FILLING);
        assert_eq!(
            body,
            "To=4741234567&Body=Koden%20er%20%2273918264%22%0A%7Bpassword%7D%20%C3%A6%C3%B8%C3%A5%20%26%20%3D%20%3F%20%25%20%2B"
        );
    }

    #[test]
    fn a_template_names_what_it_must_and_nothing_else() {
        for bad in [r#"{"to": "{to}"}"#, r#"{"m": "{text}"}"#, r#"["{to}", "{text}", "{code}"]"#] {
            assert_eq!(Template::json(bad).unwrap_err(), SmsGatewayProblem::Placeholder, "{bad}");
        }
        assert_eq!(Template::json("{to} {text}").unwrap_err(), SmsGatewayProblem::Template);
        assert!(Template::json(r#"["{to}{text}", "{", "{ }", "{}", "{A}", "{{to}"]"#).is_ok());
    }
}

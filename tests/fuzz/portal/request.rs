//! A request: as it is written in the corpus, and as a server has read it.

use std::collections::BTreeMap;

use axum::http::header::{CONTENT_LENGTH, COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use vestibule::{CallingCode, Code, Contact, EmailAddress, PhoneNumber};

use super::house::{ANNE, FINN};

/// What stands for much of the same: a password that is longer than any is read, and a form that is.
const MUCH: [(&str, usize); 2] = [("{long}", 9_000), ("{huge}", 50_000)];

/// The first line, the other lines of the head, and the body.
pub struct Written<'a> {
    data: &'a [u8],
    method: &'a str,
    target: &'a str,
    headers: Vec<&'a [u8]>,
    body: &'a [u8],
}

impl<'a> Written<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
        let (head, body) = (&data[..end], data.get(end + 2..).unwrap_or_default());
        let mut lines = head.split(|byte| *byte == b'\n');
        let (method, target) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
        Some(Self { data, method, target, headers: lines.collect(), body })
    }

    pub fn mentions(&self, word: &str) -> bool {
        self.data.windows(word.len()).any(|part| part == word.as_bytes())
    }

    /// Nothing, if a server refuses it before any page is asked: the method, the target or a header is none.
    pub fn fill_in(&self, words: &BTreeMap<&'static str, String>) -> Option<Asked> {
        let method = Method::from_bytes(self.method.as_bytes()).ok()?.as_str().to_owned();
        let uri: Uri = self.target.parse().ok().filter(|_| self.target.starts_with('/'))?;
        let mut headers = HeaderMap::new();
        for line in &self.headers {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            let value = HeaderValue::from_bytes(&filled_in(line[colon + 1..].trim_ascii(), words)).ok()?;
            // The length is what it is.
            if name != CONTENT_LENGTH {
                headers.append(name, value);
            }
        }
        Some(Asked { method, uri, headers, body: filled_in(self.body, words) })
    }
}

fn filled_in(text: &[u8], words: &BTreeMap<&'static str, String>) -> Vec<u8> {
    let much = MUCH.map(|(word, times)| (word, "x".repeat(times)));
    let words = words.iter().map(|(word, value)| (*word, value));
    let words: Vec<_> = words.chain(much.iter().map(|(word, value)| (*word, value))).collect();
    let (mut filled, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((first, after)) = rest.split_first() {
        let mut fitting =
            words.iter().filter_map(|(word, value)| Some((rest.strip_prefix(word.as_bytes())?, value)));
        match fitting.next() {
            Some((after, value)) => {
                filled.extend(value.as_bytes());
                rest = after;
            }
            None => {
                filled.push(*first);
                rest = after;
            }
        }
    }
    filled
}

/// What arrives.
#[derive(Debug)]
pub struct Asked {
    pub method: String,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Asked {
    /// What was typed into a field. Nothing, if the form has it more than once: that is no form of ours.
    pub fn typed(&self, name: &str) -> Option<String> {
        let mut values = self.fields().filter(|(field, _)| field == name).map(|(_, value)| value);
        let first = values.next().unwrap_or_default();
        values.next().is_none().then_some(first)
    }

    /// The fields of a form, read as the URL standard says.
    pub fn fields(&self) -> impl Iterator<Item = (String, String)> {
        let parts = self.body.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
        parts.map(|part| {
            let equals = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
            (decoded(&part[..equals]), decoded(part.get(equals + 1..).unwrap_or_default()))
        })
    }

    /// A password that was typed, in the form in which passwords are compared.
    pub fn typed_password(&self, name: &str) -> String {
        self.typed(name).unwrap_or_default().nfc().collect()
    }

    pub fn typed_code(&self) -> Option<Code> {
        Code::parse(&self.typed("code")?).ok()
    }

    /// Whether a browser says that the form is from elsewhere.
    pub fn is_from_elsewhere(&self) -> bool {
        let site = self.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let is_hidden_and_ours = site == Some(b"same-origin");
        let origin = self.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        site.is_some_and(|site| site != b"same-origin")
            || origin.is_some_and(|origin| {
                origin != b"https://min.example.no" && !(origin == b"null" && is_hidden_and_ours)
            })
    }

    /// Whether the form holds what only a page for this browser could know.
    pub fn is_signed(&self) -> bool {
        let cookies =
            self.headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|b| *b == b';'));
        let secrets = cookies.filter_map(|cookie| cookie.trim_ascii().strip_prefix(b"__Host-form="));
        let mut expected =
            secrets.filter_map(|secret| std::str::from_utf8(secret.trim_ascii()).ok()).map(signature);
        let csrf = self.typed("csrf").unwrap_or_default();
        expected.any(|expected| expected == csrf)
    }

    /// Whether this may have somebody written to: whose contact was typed, whose code it is, or whose password.
    pub fn may_write_to(&self, to: &Contact) -> bool {
        let path = self.uri.path();
        let is_typed = || match self.typed("channel").as_deref() {
            Some("email") => EmailAddress::parse(&self.typed("email").unwrap_or_default())
                .is_ok_and(|typed| Contact::from(typed).is_same_as(to)),
            Some("sms") => PhoneNumber::parse(&self.typed("phone").unwrap_or_default(), CallingCode::NORWAY)
                .is_ok_and(|typed| Contact::from(typed).is_same_as(to)),
            _ => false,
        };
        self.method == "POST"
            && self.is_signed()
            && match path {
                "/activate" | "/recover" => is_typed(),
                "/activate/code" | "/activate/resend" => to.as_str() == FINN,
                _ => to.as_str() == ANNE,
            }
    }
}

/// What a form must hold where its browser keeps this secret.
pub fn signature(secret: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(format!("form {secret}")))
}

fn decoded(part: &[u8]) -> String {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let (mut bytes, mut rest) = (Vec::with_capacity(part.len()), part);
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match (first, digit(after.first()), digit(after.get(1))) {
            (b'+', ..) => b' ',
            (b'%', Some(high), Some(low)) => {
                rest = &after[2..];
                (high * 16 + low) as u8
            }
            _ => *first,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

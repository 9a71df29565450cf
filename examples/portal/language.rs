//! Which language a page is in: what was chosen on a page, else what the browser asks for, else Norwegian.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use serde::Deserialize;
use vestibule::Locale;

use crate::words::{ENGLISH, NORWEGIAN, Words};

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Nb,
    En,
}

impl Language {
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Nb => "nb",
            Self::En => "en",
        }
    }

    pub const fn locale(self) -> Locale {
        match self {
            Self::Nb => Locale::NORWEGIAN,
            Self::En => Locale::ENGLISH,
        }
    }

    pub const fn words(self) -> &'static Words {
        match self {
            Self::Nb => &NORWEGIAN,
            Self::En => &ENGLISH,
        }
    }

    /// What the tag of a language that we speak names.
    pub fn named(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "nb" | "nn" | "no" => Some(Self::Nb),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The best of those that the browser's owner reads.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (Self::Nb, 0.0);
        for range in header.split(',').take(32) {
            let (tag, parameter) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameter.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            if let Some(language) = Self::named(tag.trim())
                && weight > best.1
            {
                best = (language, weight);
            }
        }
        best.0
    }
}

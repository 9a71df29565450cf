//! Pages: a template, what it is about, and what was refused.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::response::{Html, IntoResponse, Response};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::app::Site;
use crate::forms;
use crate::language::Language;
use crate::problem::Problem;
use crate::refusal::{Refusal, seconds};
use crate::service::{NAME, SUPPORT};
use crate::visitor::Visitor;

const TEMPLATES: [(&str, &str); 8] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("fields.html", include_str!("templates/fields.html")),
    ("login.html", include_str!("templates/login.html")),
    ("request.html", include_str!("templates/request.html")),
    ("code.html", include_str!("templates/code.html")),
    ("account.html", include_str!("templates/account.html")),
    ("problem.html", include_str!("templates/problem.html")),
    ("outbox.html", include_str!("templates/outbox.html")),
];

/// The templates, read once. What they show is escaped, and what they miss is an error.
#[derive(Debug)]
pub struct Templates(Environment<'static>);

impl Templates {
    pub fn load() -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        Ok(Self(environment))
    }

    /// Fills in a template. One that cannot be filled in is a mistake of ours, and shows as such.
    pub fn render(&self, name: &str, language: Language, site: &Site, context: Value) -> String {
        let all = context! {
            lang => language.tag(),
            t => Value::from(Serde(language.words())),
            service => NAME,
            support => on_one_line(SUPPORT),
            home => site.origin(),
            ..context
        };
        let rendered = self.0.get_template(name).and_then(|template| template.render(all));
        rendered.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, name, "a template cannot be filled in");
            language.words().problem_out_of_order_text.to_owned()
        })
    }
}

/// Keeps the digits of a telephone number together where a line is broken.
fn on_one_line(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for (part, word) in text.split(' ').enumerate() {
        let after_digit = kept.ends_with(|last: char| last.is_ascii_digit());
        if part > 0 {
            kept.push(if after_digit && word.starts_with(|first: char| first.is_ascii_digit()) {
                '\u{a0}'
            } else {
                ' '
            });
        }
        kept.push_str(word);
    }
    kept
}

/// A page on its way to a visitor.
#[must_use]
#[derive(Debug)]
pub struct Page<'a> {
    visitor: &'a Visitor,
    template: &'static str,
    context: Value,
    refusals: Vec<Refusal>,
}

impl<'a> Page<'a> {
    pub fn new(visitor: &'a Visitor, template: &'static str) -> Self {
        Self { visitor, template, context: context! {}, refusals: Vec::new() }
    }

    /// What the page is about.
    pub fn about(mut self, context: Value) -> Self {
        self.context = context;
        self
    }

    /// What was refused: the first decides the status.
    pub fn refused(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.refusals.extend(refusals);
        self
    }

    pub fn show(self) -> Result<Response, Problem> {
        let Visitor { app, jar, language, path, .. } = self.visitor;
        let of_fields =
            self.refusals.iter().filter_map(|refusal| Some((refusal.field?, refusal.text.as_str())));
        let of_fields: BTreeMap<_, _> = of_fields.collect();
        let above =
            self.refusals.iter().find(|refusal| refusal.field.is_none()).map(|refusal| refusal.text.as_str());
        let context = context! {
            csrf => forms::token(jar)?,
            path => path.as_str(),
            alert => above,
            errors => Value::from(Serde(of_fields)),
            first_error => self.refusals.iter().find_map(|refusal| refusal.field),
            ..self.context
        };
        let mut response =
            Html(app.templates.render(self.template, *language, &app.site, context)).into_response();
        if let Some(first) = self.refusals.first() {
            *response.status_mut() = first.status;
        }
        if let Some(wait) = self.refusals.iter().find_map(|refusal| refusal.retry_after) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
        }
        Ok(response)
    }
}

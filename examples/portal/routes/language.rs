//! The choice of a language, which the browser keeps.

use axum::response::Redirect;
use serde::Deserialize;

use crate::cookies::{Jar, Name};
use crate::forms::Posted;
use crate::language::Language;

#[derive(Debug, Deserialize)]
pub struct Choice {
    lang: Language,
    #[serde(default)]
    back: String,
}

pub async fn choose(jar: Jar, Posted(choice): Posted<Choice>) -> Redirect {
    jar.set(Name::Language, choice.lang.tag().to_owned());
    // Pages of ours alone: nobody is led elsewhere from here.
    const PAGES: [&str; 6] =
        ["/login", "/activate", "/activate/code", "/recover", "/recover/code", "/account"];
    let back = choice.back.replace("/resend", "/code");
    Redirect::to(PAGES.into_iter().find(|page| *page == back).unwrap_or("/account"))
}

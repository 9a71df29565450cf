//! One page as each of its readers sees it: in light and in dark, on a desk, on a phone and enlarged. A picture of each is
//! kept, to be looked at.

use std::path::PathBuf;

use crate::browser::axe;
use crate::browser::person::Person;

const DESK: u32 = 1200;
const PHONE: u32 = 390;

/// Looks at the page that is shown. What is wrong with it fails the test.
pub async fn look(person: &Person, name: &str) {
    for colours in ["dark", "light"] {
        person.prefers(&[("prefers-color-scheme", colours)]).await;
        for (device, width) in [("phone", PHONE), ("desk", DESK)] {
            unroll(person, width).await;
            keep(&format!("{name}-{device}-{colours}"), &person.picture().await);
        }
        person.window(if colours == "dark" { PHONE } else { DESK }, 800, 1.0).await;
        let violations = axe::violations(person).await;
        assert!(violations.is_empty(), "{name} in {colours}: {}", violations.join("\n"));
    }
    person.prefers(&[("prefers-reduced-motion", "reduce")]).await;
    let moving = "return document.getAnimations().length + [...document.querySelectorAll('*')].filter((e) => \
                  parseFloat(getComputedStyle(e).transitionDuration) > 0).length";
    assert_eq!(person.script(moving).await, 0, "{name} moves");
    person.prefers(&[]).await;

    person.window(320, 640, 1.0).await;
    assert_fits(person, &format!("{name} at 320 px")).await;
    // What enlarging all to 200 % does to a window of 1280 px.
    person.window(640, 400, 2.0).await;
    assert_fits(person, &format!("{name} at 200 %")).await;
    // And what enlarging the text alone does.
    person.window(DESK, 800, 1.0).await;
    person.script("document.documentElement.style.fontSize = '200%'").await;
    assert_fits(person, &format!("{name} with text at 200 %")).await;
    keep(&format!("{name}-enlarged"), &person.picture().await);
    person.script("document.documentElement.style.fontSize = ''").await;
}

/// Makes the window as high as the page.
async fn unroll(person: &Person, width: u32) {
    person.window(width, 600, 1.0).await;
    let height = person.script("return document.documentElement.scrollHeight").await.as_u64().unwrap();
    person.window(width, u32::try_from(height).unwrap(), 1.0).await;
}

/// Nothing is wider than the window, and no words are cut off.
async fn assert_fits(person: &Person, what: &str) {
    let wide = "const e = document.documentElement; return [e.scrollWidth, innerWidth]";
    let wide = person.script(wide).await;
    assert!(wide[0].as_u64() <= wide[1].as_u64(), "{what} is {} px wide", wide[0]);
    let cut = "return [...document.querySelectorAll('h1, h2, p, label, dt, dd, a, button')]\
               .filter((e) => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML)";
    let cut = person.script(cut).await;
    assert!(cut.as_array().unwrap().is_empty(), "{what}: cut off: {cut}");
}

fn keep(name: &str, picture: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("portal-pictures");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
}

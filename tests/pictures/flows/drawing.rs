//! Draws the steps of a flow, each on a line of its own between who asks and who is asked.

use super::{Call, Step, Step::*, calls_of};
use crate::source::source;
use crate::svg::Svg;

const LANES: [&str; 6] =
    ["person and application", "vestibule", "ThrottleStore", "CodeStore", "UserDirectory", "CodeSender"];

fn x_of(lane: &str) -> i32 {
    const XS: [i32; 6] = [95, 350, 500, 610, 725, 840];
    XS[LANES.iter().position(|other| *other == lane).unwrap()]
}

/// The height of a step.
const ROW: i32 = 42;
/// Where the first step begins.
const TOP: i32 = 50;
const WIDTH: i32 = 890;

pub(super) fn draw(name: &'static str, title: &str, steps: &[Step]) {
    let mut svg = Svg::new(name, title);
    let bottom = TOP + height(steps);
    let mut y = TOP;
    for part in calls_of(steps) {
        let (path, behind) =
            part.split_at(1 + part.iter().position(|step| matches!(step, Answers(_))).unwrap());
        y += height(path);
        if !behind.is_empty() {
            svg.rect((10, y - 8), (WIDTH, height(behind)), "band");
            svg.text((WIDTH, y + 10), "end", "small", "after the answer");
        }
        y += height(behind);
    }
    for lane in LANES {
        let (width, class) = if lane == LANES[0] { (170, "outside") } else { (104, "box") };
        svg.rect((x_of(lane) - width / 2, 10), (width, 30), class);
        svg.text((x_of(lane), 30), "middle", "strong small", lane);
        svg.life(x_of(lane), 40, bottom);
    }
    svg.rect((10, bottom), (WIDTH, 0), "band");

    let (mut y, mut behind) = (TOP, false);
    for (step, number) in steps.iter().zip(1..) {
        y += ROW;
        behind &= !matches!(step, Asks(..));
        let words = draw_step(&mut svg, step, y - 14, if behind { " over soft" } else { " over" });
        behind |= matches!(step, Answers(_));
        svg.tell(&format!("{number}. {words}."));
    }
    svg.is_the_one_in_the_guide();
}

/// Draws one step on its line, and says it in words.
fn draw_step(svg: &mut Svg, step: &Step, line: i32, over: &str) -> String {
    let (person, service, sender) = (x_of(LANES[0]), x_of(LANES[1]), x_of("CodeSender"));
    let (code, small) = (format!("code{over}"), format!("small{over}"));
    match step {
        Asks(call, with) => {
            let method = method(*call);
            svg.text((person + 8, line - 21), "start", &code, &method);
            svg.text((person + 8, line - 6), "start", &small, with);
            svg.arrow(&[(person, line), (service, line)], "");
            format!("The application calls {method} with {with}")
        }
        Within(what) | Hash(what) => {
            svg.text((service + 12, line - 2), "start", &small, what);
            let (left, above) = (service - 26, line - 14);
            svg.arrow(&[(service, above), (left, above), (left, line), (service, line)], "");
            format!("In vestibule: {what}")
        }
        Port(operation, what) => {
            let (port, method) = port(operation);
            svg.text((service + 12, line - 21), "start", &code, method);
            svg.text((service + 12, line - 6), "start", &small, what);
            svg.arrow(&[(service, line), (x_of(&port), line)], "");
            format!("{port}, {method}: {what}")
        }
        Answers(what) => {
            svg.text((service - 12, line - 6), "end", &small, what);
            svg.arrow(&[(service, line), (person, line)], "seldom");
            format!("The application is answered. {what}")
        }
        Arrives(what) => {
            svg.text((sender - 12, line - 6), "end", &small, what);
            svg.arrow(&[(sender, line), (person, line)], "");
            format!("The person gets {what}")
        }
    }
}

fn height(steps: &[Step]) -> i32 {
    ROW * i32::try_from(steps.len()).unwrap()
}

/// The port that an operation belongs to, by the name of its trait.
fn port(operation: &str) -> (String, &str) {
    let (port, method) = operation.split_once('.').unwrap();
    let file = source().remove(&format!("ports/{port}.rs")).unwrap();
    let name: String = port.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    assert!(
        file.contains(&format!("pub trait {name}")) && file.contains(&format!("fn {method}")),
        "{operation}"
    );
    (name, method)
}

/// The name of the method, which there is.
fn method(call: Call) -> String {
    let name: String = format!("{call:?}")
        .chars()
        .flat_map(|letter| letter.is_uppercase().then_some('_').into_iter().chain(letter.to_lowercase()))
        .collect();
    let name = name.trim_start_matches('_').to_owned();
    assert!(source().values().any(|code| code.contains(&format!("pub async fn {name}("))), "{name}");
    name
}

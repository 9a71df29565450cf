//! The layers, with an arrow from each to what it uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{NOUNS, layer, source, used};
use crate::svg::Svg;

/// Where a layer stands, and what it is.
struct Room {
    name: &'static str,
    at: (i32, i32),
    size: (i32, i32),
    what: &'static str,
}

const ROOMS: [Room; 9] = [
    Room { name: "service", at: (210, 90), size: (430, 101), what: "what it does: one file per flow" },
    Room {
        name: "delivery",
        at: (210, 221),
        size: (430, 50),
        what: "what happens after the answer: look up, arm, send",
    },
    Room { name: "limits", at: (210, 301), size: (430, 50), what: "what each flow counts, and by which key" },
    Room { name: "context", at: (210, 381), size: (430, 50), what: "the ports, behind a fence" },
    Room { name: "ports", at: (210, 461), size: (430, 102), what: "what it needs: one trait per file" },
    Room {
        name: "nouns",
        at: (10, 593),
        size: (830, 84),
        what: "parsed at the door, pure where they can be; and the hasher",
    },
    Room { name: "texts", at: (10, 484), size: (170, 56), what: "Norwegian, English" },
    Room { name: "contract", at: (670, 484), size: (170, 56), what: "what a port must pass" },
    Room { name: "adapters", at: (670, 221), size: (170, 160), what: "ready-made" },
];

/// Which layers use which, but for what only the builder uses: the adapters and texts that are its defaults.
fn uses() -> (BTreeMap<&'static str, BTreeSet<&'static str>>, BTreeSet<&'static str>) {
    let mut uses: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut defaults = BTreeSet::new();
    for (file, code) in source() {
        let Some(own) = room(layer(&file)) else { continue };
        for other in used(&code).iter().filter_map(|path| room(layer(path))).filter(|other| *other != own) {
            if file == "service/builder.rs" && matches!(other, "adapters" | "texts") {
                defaults.insert(other);
            } else {
                uses.entry(own).or_default().insert(other);
            }
        }
    }
    (uses, defaults)
}

fn room(layer: &str) -> Option<&'static str> {
    let name = if NOUNS.contains(&layer) { "nouns" } else { layer };
    ROOMS.iter().map(|room| room.name).find(|room| *room == name)
}

/// Whether one reaches the other by a way of arrows, without the direct one where `indirectly`.
fn reaches(
    uses: &BTreeMap<&'static str, BTreeSet<&'static str>>,
    from: &str,
    to: &str,
    indirectly: bool,
) -> bool {
    uses.get(from).is_some_and(|next| {
        next.iter()
            .any(|next| (!indirectly && *next == to) || (*next != to && reaches(uses, next, to, false)))
    })
}

#[test]
fn the_picture_of_the_layers_shows_what_the_source_uses() {
    let (uses, defaults) = uses();
    let mut svg = Svg::new("layers", "The layers of vestibule, and which uses which");
    svg.rect((210, 10), (430, 50), "outside");
    svg.text((425, 30), "middle", "strong", "your application");
    svg.text((425, 48), "middle", "small", "handlers, commands, sessions; ports of its own, or adapters");
    svg.arrow(&[(425, 60), (425, 90)], "");
    svg.tell("An arrow goes from each layer to the next one that it uses; it may use all that can be reached from there.");

    for room in &ROOMS {
        svg.rect(room.at, room.size, "box");
        let ((x, y), middle) = (room.at, room.at.0 + room.size.0 / 2);
        assert!(x >= 0);
        svg.text((middle, y + 20), "middle", "strong", room.name);
        svg.text((middle, y + 38), "middle", "small", room.what);
        let inside = inside(room.name);
        for (line, at) in in_lines(&inside, room.size.0 / 8).iter().zip(1..) {
            assert!(40 + 17 * at <= room.size.1, "{} is too full: make it higher", room.name);
            svg.text((middle, y + 40 + 17 * at), "middle", "code", line);
        }
        svg.tell(&format!("{}: {}.", room.name, room.what));
    }
    for (from, others) in &uses {
        for to in others.iter().filter(|to| !reaches(&uses, from, to, true)) {
            svg.arrow(&way(from, to), "");
            svg.tell(&format!("{from} uses {to}."));
        }
    }
    for to in &defaults {
        svg.arrow(&way("service", to), "seldom");
        svg.tell(&format!("The builder in service, and nothing else there, takes its defaults from {to}."));
    }
    svg.text((654, 104), "start", "small", "dashed: the builder's");
    svg.text((654, 120), "start", "small", "defaults, and no more");
    svg.is_the_one_in_the_guide();

    assert_eq!(uses.get("nouns"), None, "the nouns use nothing");
    for room in ROOMS.iter().filter(|room| room.name != "nouns") {
        assert!(reaches(&uses, room.name, "nouns", false), "{} stands on the nouns", room.name);
    }
}

/// What stands in a room, by the names of the files.
fn inside(room: &str) -> Vec<String> {
    let names = |prefix: &str| {
        let files = source().into_keys();
        let rest = files.filter_map(|file| file.strip_prefix(prefix).map(|rest| layer(rest).to_owned()));
        rest.filter(|name| name != "mod").collect::<BTreeSet<_>>()
    };
    match room {
        "service" => names("service/").into_iter().collect(),
        "adapters" => names("adapters/").into_iter().collect(),
        "ports" => names("ports/").into_iter().collect(),
        "nouns" => NOUNS.iter().filter(|noun| **noun != "secrecy").map(|noun| (*noun).to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn in_lines(names: &[String], width: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut().filter(|line| line.len() + name.len() + 2 <= width as usize) {
            Some(line) => line.push_str(&format!("  {name}")),
            None => lines.push(name.clone()),
        }
    }
    lines
}

/// The corners of an arrow between two rooms: straight where they face each other, else round one corner.
fn way(from: &str, to: &str) -> Vec<(i32, i32)> {
    let of = |name| ROOMS.iter().find(|room| room.name == name).unwrap();
    let (from, to) = (of(from), of(to));
    let (left, right) = (from.at.0.max(to.at.0), (from.at.0 + from.size.0).min(to.at.0 + to.size.0));
    let side = |room: &Room, other: &Room| {
        if other.at.0 > room.at.0 { room.at.0 + room.size.0 } else { room.at.0 }
    };
    let middle = |room: &Room| room.at.1 + room.size.1 / 2;
    if left < right {
        let x = i32::midpoint(left, right);
        return vec![(x, from.at.1 + from.size.1), (x, to.at.1)];
    }
    let (top, bottom) = (from.at.1.max(to.at.1), (from.at.1 + from.size.1).min(to.at.1 + to.size.1));
    if top < bottom {
        let y = i32::midpoint(top, bottom);
        return vec![(side(from, to), y), (side(to, from), y)];
    }
    let x = to.at.0 + to.size.0 / 2;
    vec![(side(from, to), middle(from)), (x, middle(from)), (x, to.at.1)]
}

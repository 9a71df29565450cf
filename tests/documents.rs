//! What is written beside the code: every link leads somewhere, every feature is described, and what is said of others
//! has its source. Links between items of the crate are checked by rustdoc.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text without its blocks and spans of code, in which nothing is a link.
fn prose(markdown: &str) -> String {
    let mut in_block = false;
    let lines = markdown.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        !in_block && !fence && !line.starts_with("    ")
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    lines.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// Where links lead, those on the web left out.
fn links(markdown: &str) -> Vec<String> {
    let prose = prose(markdown);
    let inline = prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    let named = prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ").map(|(_, to)| to));
    inline.chain(named).filter(|to| !to.starts_with("https://")).map(ToOwned::to_owned).collect()
}

/// The names that headings are linked by.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let mut in_block = false;
    let headings = markdown.lines().filter(|line| {
        in_block ^= line.starts_with("```");
        !in_block && line.starts_with('#')
    });
    let name = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .collect::<String>()
            .replace(' ', "-")
    };
    headings.map(name).collect()
}

/// The files below a directory with this extension.
fn files(directory: &str, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(directory)).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for path in entries {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        if path.is_dir() {
            found.extend(files(&name, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(name);
        }
    }
    found
}

#[test]
fn every_link_in_a_file_of_the_repository_leads_somewhere() {
    let mut documents = vec!["README.md".to_owned(), "CHANGELOG.md".to_owned()];
    documents.extend(files("src/password", "md"));
    if root().join(".github").exists() {
        documents.extend(files(".github", "md"));
    }
    let mut seen = 0;
    for document in documents {
        let text = read(&document);
        for link in links(&text) {
            seen += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = root().join(&document).parent().unwrap().join(path);
            assert!(path.is_empty() || target.exists(), "{document} links to {link}, which is not there");
            let headings =
                if path.is_empty() { text.clone() } else { fs::read_to_string(target).unwrap_or_default() };
            assert!(
                anchor.is_empty() || anchors(&headings).contains(anchor),
                "{document} links to {link}: no such heading"
            );
        }
    }
    assert!(seen > 15, "{seen} links were found");
}

#[test]
fn every_link_in_a_chapter_is_one_that_rustdoc_checks_or_leads_to_a_heading() {
    for chapter in files("src/guide", "md") {
        let text = read(&chapter);
        for link in links(&text) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let checked = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':'));
            assert!(checked, "{chapter} links to {link}, which rustdoc does not check");
            if anchor.is_empty() {
                continue;
            }
            let name = path.rsplit("::").next().unwrap();
            let other = if name.is_empty() { text.clone() } else { read(&format!("src/guide/{name}.md")) };
            assert!(anchors(&other).contains(anchor), "{chapter} links to {link}: no such heading");
        }
    }
}

#[test]
fn no_item_links_into_a_chapter_by_a_heading_that_is_not_there() {
    for file in files("src", "rs") {
        for (_, rest) in read(&file).lines().filter_map(|line| line.split_once("guide::")) {
            let link = rest.split([')', ']', '`']).next().unwrap();
            let Some((chapter, anchor)) = link.split_once('#') else { continue };
            assert!(
                anchors(&read(&format!("src/guide/{chapter}.md"))).contains(anchor),
                "{file} links to {link}"
            );
        }
    }
}

#[test]
fn every_chapter_is_in_the_guide_and_the_readme_leads_to_it() {
    let (guide, readme) = (read("src/guide/mod.rs"), read("README.md"));
    for chapter in files("src/guide", "md") {
        let name = chapter.strip_prefix("src/guide/").unwrap();
        let stem = name.strip_suffix(".md").unwrap();
        // A chapter with parts has a module of its own.
        let home = if guide.contains(&format!("pub mod {stem};")) {
            read(&format!("src/guide/{stem}.rs"))
        } else {
            guide.clone()
        };
        assert!(home.contains(&format!("include_str!(\"{name}\")")), "{name} is not in the guide");
        assert!(readme.contains(&format!("({chapter})")), "the README does not lead to {name}");
    }
}

/// The features of `Cargo.toml`, in its order, but for `default`.
fn features() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let section = manifest.split("\n[features]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    names
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name.to_owned()))
        .filter(|name| name != "default")
        .collect()
}

#[test]
fn every_feature_is_described_where_it_is_looked_for() {
    let (manifest, readme, library) = (read("Cargo.toml"), read("README.md"), read("src/lib.rs"));
    let features = features();
    assert!(features.len() > 10);
    for name in &features {
        let above = manifest.split(&format!("\n{name} = [")).next().unwrap().lines().last().unwrap();
        assert!(above.starts_with("# "), "Cargo.toml does not say what {name} is for");
        assert!(readme.contains(&format!("`{name}`")), "the README does not name {name}");
    }
    let table = library.lines().filter_map(|line| line.strip_prefix("//! | `")?.split_once("` | "));
    let described: BTreeSet<_> = table.clone().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(described, features.into_iter().collect(), "the table of the crate's documentation");
    let default: BTreeSet<_> =
        table.filter(|(_, rest)| rest.starts_with("yes")).map(|(name, _)| format!("\"{name}\"")).collect();
    let default = default.into_iter().collect::<Vec<_>>().join(", ");
    assert!(manifest.contains(&format!("\ndefault = [{default}]\n")), "the features that are on by default");
}

#[test]
fn what_is_said_of_others_has_its_source() {
    let chapter = read("src/guide/comparison.md");
    let others = chapter.split("\n## Vestibule").next().unwrap();
    let claims: Vec<_> =
        others.split("\n- ").skip(1).map(|rest| rest.split("\n\n").next().unwrap()).collect();
    assert!(claims.len() > 20);
    for claim in claims {
        let sourced = ["](https://", "(the same", "see the chapter"].iter().any(|mark| claim.contains(mark));
        assert!(sourced, "no source: {claim}");
    }
    // A link that moves on with its project proves nothing later.
    for link in others.split("](https://github.com/").skip(1) {
        let at = link.split("/blob/").nth(1).unwrap().split('/').next().unwrap();
        let fixed = at.len() == 40 || at.starts_with(|c: char| c.is_ascii_digit());
        assert!(fixed, "a link to no fixed version: {link:.60}");
    }
}

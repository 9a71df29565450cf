//! axe-core, which knows the rules of WCAG, from the registry of npm.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::browser::chrome;
use crate::browser::person::Person;

const AXE: &str = "axe-core@4.14.1";

pub fn missing() -> Option<String> {
    let axe = || script().is_none().then(|| format!("no {AXE}: it is fetched by npm at the first run"));
    chrome::missing().or_else(axe)
}

/// The script. The first run fetches it.
fn script() -> Option<&'static str> {
    static SCRIPT: OnceLock<Option<String>> = OnceLock::new();
    SCRIPT.get_or_init(fetched).as_deref()
}

fn fetched() -> Option<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let script = folder.join("package/axe.min.js");
    if !script.exists() {
        std::fs::create_dir_all(&folder).ok()?;
        let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet(Command::new("npm").args(["pack", AXE]).current_dir(&folder)).ok()?;
        let archive = format!("{}.tgz", AXE.replace('@', "-"));
        quiet(Command::new("tar").args(["-xzf", &archive]).current_dir(&folder)).ok()?;
    }
    std::fs::read_to_string(script).ok()
}

/// What violates WCAG 2.2 AA or good practice on the page that is shown, with its places.
pub async fn violations(person: &Person) -> Vec<String> {
    let axe = script().unwrap();
    // The size of targets is a rule that has to be asked for by its name.
    let run = format!(
        "{axe}; const done = arguments[arguments.length - 1]; \
         const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
         const options = {{ runOnly: {{ type: 'tag', values: tags }}, rules: {{ 'target-size': {{ enabled: true }} }} }}; \
         axe.run(document, options).then(({{ passes, violations }}) => done({{ passes: passes.map((rule) => rule.id), violations }}), \
         (error) => done({{ passes: [], violations: [{{ id: String(error), nodes: [] }}] }}));"
    );
    let found = person.slow_script(&run).await;
    let (passes, violations) = (found["passes"].as_array().unwrap(), found["violations"].as_array().unwrap());
    for rule in ["color-contrast", "target-size", "document-title", "html-has-lang"] {
        let tried = passes.iter().chain(violations.iter().map(|violation| &violation["id"]));
        assert!(tried.into_iter().any(|tried| tried == rule), "{rule} was not tried: {passes:?}");
    }
    violations
        .iter()
        .map(|violation| format!("{}: {}", violation["id"], places(&violation["nodes"])))
        .collect()
}

fn places(nodes: &Value) -> String {
    nodes.as_array().into_iter().flatten().map(|node| format!("{}; ", node["html"])).collect()
}

//! Draws boxes, arrows and words as SVG, in the colours of the page that shows it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// In the pages of rustdoc the colours are those of the chosen theme; by itself, those of the reader's system.
const STYLE: &str = r#"<style>
.vestibule-picture{--ink:var(--main-color,#1f2328);--paper:var(--main-background-color,#fff);
--soft:var(--code-block-background-color,#f2f3f5);--accent:var(--link-color,#3873ad);
max-width:100%;height:auto;background:var(--paper);font:13px "Fira Sans",Arial,sans-serif}
.vestibule-picture text{fill:var(--ink)}
.vestibule-picture .over{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.vestibule-picture .over.soft{stroke:var(--soft)}
.vestibule-picture .code{font:12px "Source Code Pro",Menlo,Consolas,monospace}
.vestibule-picture .small{font-size:12px}
.vestibule-picture .strong{font-weight:600}
.vestibule-picture .box{fill:var(--soft);stroke:var(--ink)}
.vestibule-picture .outside{fill:none;stroke:var(--ink);stroke-dasharray:5 4}
.vestibule-picture .band{fill:var(--soft)}
.vestibule-picture .life{stroke:var(--ink);opacity:.35}
.vestibule-picture .arrow{stroke:var(--accent);stroke-width:1.6;fill:none}
.vestibule-picture .seldom{stroke-dasharray:5 4}
.vestibule-picture .head{fill:var(--accent)}
@media (prefers-color-scheme:dark){.vestibule-picture{--ink:var(--main-color,#e6edf3);
--paper:var(--main-background-color,#16191d);--soft:var(--code-block-background-color,#262b31);
--accent:var(--link-color,#6fb1f0)}}
</style>"#;

pub(crate) struct Svg {
    name: &'static str,
    size: (i32, i32),
    title: String,
    /// What it shows, in words.
    told: String,
    body: String,
}

impl Svg {
    pub(crate) fn new(name: &'static str, title: &str) -> Self {
        Self { name, size: (0, 0), title: title.into(), told: String::new(), body: String::new() }
    }

    /// Adds a sentence to what is read out instead of the picture.
    pub(crate) fn tell(&mut self, sentence: &str) {
        if !self.told.is_empty() {
            self.told.push(' ');
        }
        self.told.push_str(sentence);
    }

    pub(crate) fn text(&mut self, (x, y): (i32, i32), anchor: &str, class: &str, words: &str) {
        let words = escaped(words);
        self.put(&format!(r#"<text x="{x}" y="{y}" text-anchor="{anchor}" class="{class}">{words}</text>"#));
    }

    pub(crate) fn rect(&mut self, (x, y): (i32, i32), (width, height): (i32, i32), class: &str) {
        self.size = (self.size.0.max(x + width + 10), self.size.1.max(y + height + 10));
        let round = if class == "band" { 0 } else { 5 };
        self.put(&format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{round}" class="{class}"/>"#
        ));
    }

    pub(crate) fn life(&mut self, x: i32, from: i32, to: i32) {
        self.put(&format!(r#"<line x1="{x}" y1="{from}" x2="{x}" y2="{to}" class="life"/>"#));
    }

    /// An arrow along these corners; a dashed one where `seldom`.
    pub(crate) fn arrow(&mut self, corners: &[(i32, i32)], class: &str) {
        let points: Vec<_> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
        self.put(&format!(r#"<polyline points="{}" class="arrow {class}"/>"#, points.join(" ")));
        let [.., (from_x, from_y), (x, y)] = corners else { panic!("an arrow has two ends") };
        let (dx, dy) = ((x - from_x).signum() * 8, (y - from_y).signum() * 8);
        let (side_x, side_y) = (dy / 2, dx / 2);
        let (back_x, back_y) = (x - dx, y - dy);
        self.put(&format!(
            r#"<polygon points="{x},{y} {},{} {},{}" class="head"/>"#,
            back_x + side_x,
            back_y + side_y,
            back_x - side_x,
            back_y - side_y,
        ));
    }

    fn put(&mut self, element: &str) {
        writeln!(self.body, "{element}").unwrap();
    }

    /// Holds the picture against the one in the guide; with `VESTIBULE_DRAW` in the environment, draws it anew.
    pub(crate) fn is_the_one_in_the_guide(&self) {
        let (width, height) = self.size;
        let drawn = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"vestibule-picture\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" role=\"img\" aria-labelledby=\"{name}-title {name}-told\">\n\
             <title id=\"{name}-title\">{}</title>\n<desc id=\"{name}-told\">{}</desc>\n{STYLE}\n{}</svg>\n",
            escaped(&self.title),
            escaped(&self.told),
            self.body,
            name = self.name,
        );
        assert!(!drawn.contains("\n\n"), "an empty line would end the picture where Markdown holds it");
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/guide/pictures/{}.svg", self.name));
        if std::env::var_os("VESTIBULE_DRAW").is_some() {
            fs::write(&path, &drawn).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, drawn, "the code has changed: look at it, and draw it anew with VESTIBULE_DRAW=1");
    }
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

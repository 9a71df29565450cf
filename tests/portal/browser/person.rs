//! A person at a browser: types, presses, reads.
//!
//! Whoever presses a button before the next page has come presses it on the page before. So the browser itself is out of
//! reach here: every step that leads to another page waits until that page has come, and every other one stays where it
//! is.

use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::prelude::{By, WebElement};
use thirtyfour::{Key, WindowHandle};

use crate::browser::chrome::{Chrome, Scripts};
use crate::program::Portal;

/// How long is waited for what must come. It fails a test that would fail anyway.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

pub struct Person {
    chrome: Chrome,
    address: String,
}

/// What leads to another page.
impl Person {
    /// Sits down at a browser that was never here.
    pub async fn new(portal: &Portal, language: &str, scripts: Scripts) -> Self {
        Self { chrome: Chrome::start(language, scripts).await, address: portal.address.clone() }
    }

    pub async fn go(&self, path: &str) {
        self.onward(self.chrome.driver.goto(format!("{}{path}", self.address))).await;
    }

    /// Presses a button or follows a link, by what is written on it.
    pub async fn press(&self, words: &str) {
        let element = self.named(words).await;
        self.onward(element.click()).await;
    }

    /// Presses twice, as fast as a mouse can.
    pub async fn press_twice(&self, words: &str) {
        let element = self.named(words).await;
        self.onward(self.chrome.driver.action_chain().double_click_element(&element).perform()).await;
    }

    /// Sends the form in which the keyboard is, with the key for that.
    pub async fn enter(&self) {
        self.onward(self.chrome.driver.action_chain().send_keys(Key::Enter).perform()).await;
    }

    pub async fn back(&self) {
        self.onward(self.chrome.driver.back()).await;
    }

    pub async fn reload(&self) {
        self.onward(self.chrome.driver.refresh()).await;
    }

    /// Takes a step, and waits until it has led to another document and that is whole.
    async fn onward(&self, step: impl Future<Output = WebDriverResult<()>>) {
        let before = self.document().await.unwrap();
        // Where the next document comes early, the driver complains that the one before is gone. What counts is that it
        // came.
        let step = step.await;
        let whole = async || {
            let now = self.document().await.ok()?;
            let state = self.chrome.driver.execute("return document.readyState", Vec::new()).await.ok()?;
            (now != before && state.json() == "complete").then_some(())
        };
        until(whole, async || format!("no other page came after {step:?}: {}", self.text().await)).await;
    }

    /// What the browser calls the document that it shows: another name for each that it loads.
    async fn document(&self) -> WebDriverResult<Value> {
        let tree = self.chrome.driver.cdp().send_raw("Page.getFrameTree", json!({})).await?;
        Ok(tree["frameTree"]["frame"]["loaderId"].clone())
    }
}

/// What stays on the page.
impl Person {
    pub async fn write(&self, name: &str, text: &str) {
        let field = self.field(name).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Types where the keyboard is.
    pub async fn keys(&self, keys: impl AsRef<str>) {
        self.chrome.driver.action_chain().send_keys(keys.as_ref()).perform().await.unwrap();
    }

    pub async fn key(&self, key: Key) {
        self.keys(key.value().to_string()).await;
    }

    /// Holds the control key and presses another.
    pub async fn control(&self, key: char) {
        let chain = self.chrome.driver.action_chain().key_down(Key::Control).send_keys(key.to_string());
        chain.key_up(Key::Control).perform().await.unwrap();
    }

    /// Puts the keyboard into a field.
    pub async fn step_into(&self, name: &str) {
        self.field(name).await.focus().await.unwrap();
    }

    /// Turns what is turned without leaving the page.
    pub async fn turn(&self, selector: &str) {
        self.element(By::Css(selector)).await.click().await.unwrap();
    }

    /// Opens a page in a tab of its own, and stays there.
    pub async fn open_tab(&self, path: &str) -> WindowHandle {
        let tab = self.chrome.driver.new_tab().await.unwrap();
        self.turn_to(&tab).await;
        self.go(path).await;
        tab
    }

    pub async fn tab(&self) -> WindowHandle {
        self.chrome.driver.window().await.unwrap()
    }

    pub async fn turn_to(&self, tab: &WindowHandle) {
        self.chrome.driver.switch_to_window(tab.clone()).await.unwrap();
    }

    pub async fn window(&self, width: u32, height: u32, scale: f32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 500 });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Says what the person prefers: `prefers-color-scheme` and its like.
    pub async fn prefers(&self, features: &[(&str, &str)]) {
        let features: Vec<_> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub async fn leave(self) {
        let _ = self.chrome.driver.clone().quit().await;
    }

    async fn command(&self, method: &str, parameters: Value) {
        self.chrome.driver.cdp().send_raw(method, parameters).await.unwrap();
    }
}

/// What is seen.
impl Person {
    /// Waits until the page says something.
    pub async fn reads(&self, words: &str) {
        let read = async || self.text().await.contains(words).then_some(());
        until(read, async || format!("{words:?} is not to be read in: {}", self.text().await)).await;
    }

    /// Waits until a field, by its name, or another element, by its class or its words, has the focus.
    pub async fn has_focus(&self, name: &str) {
        let focus = async || {
            let script =
                "const e = document.activeElement; return e.name || e.className || e.textContent.trim();";
            self.script(script).await
        };
        until(
            async || (focus().await == name).then_some(()),
            async || format!("{} has the focus, not {name}", focus().await),
        )
        .await;
    }

    pub async fn text(&self) -> String {
        let Ok(body) = self.chrome.driver.find(By::Tag("body")).await else { return String::new() };
        body.text().await.unwrap_or_default()
    }

    pub async fn title(&self) -> String {
        self.chrome.driver.title().await.unwrap()
    }

    pub async fn path(&self) -> String {
        self.chrome.driver.current_url().await.unwrap().path().to_owned()
    }

    /// What is in a field.
    pub async fn value(&self, name: &str) -> String {
        self.field(name).await.value().await.unwrap().unwrap_or_default()
    }

    pub async fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.element(By::Css(selector)).await.attr(name).await.unwrap()
    }

    /// What a script finds on the page. It only looks.
    pub async fn script(&self, script: &str) -> Value {
        self.chrome.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// The same, for one that hands over later what it finds.
    pub async fn slow_script(&self, script: &str) -> Value {
        self.chrome.driver.execute_async(script, Vec::new()).await.unwrap().json().clone()
    }

    pub async fn picture(&self) -> Vec<u8> {
        self.chrome.driver.screenshot_as_png().await.unwrap()
    }

    async fn named(&self, words: &str) -> WebElement {
        let anywhere = "//*[self::button or self::a]";
        let (main, top, bottom) = ("//main", "//header", "//footer");
        let paths = [main, top, bottom].map(|part| format!("{part}{anywhere}[normalize-space()='{words}']"));
        self.element(By::XPath(paths.join(" | "))).await
    }

    async fn field(&self, name: &str) -> WebElement {
        self.element(By::Css(format!("input[name=\"{name}\"]:not([type=hidden])"))).await
    }

    async fn element(&self, by: By) -> WebElement {
        match self.chrome.driver.find(by.clone()).await {
            Ok(element) => element,
            Err(_) => panic!("no {by:?} at {}: {}", self.path().await, self.text().await),
        }
    }
}

/// Asks again and again until there is an answer.
async fn until(mut asked: impl AsyncFnMut() -> Option<()>, otherwise: impl AsyncFnOnce() -> String) {
    let began = Instant::now();
    while asked().await.is_none() {
        if began.elapsed() > PATIENCE {
            panic!("{}", otherwise().await);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

//! A person at a browser: types, presses, reads, and takes pictures.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::{By, WebDriver, WebElement};
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities};

use crate::program::Portal;

/// What is missing for a test in a browser.
pub fn missing() -> Option<String> {
    let driver = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).status();
    let works = driver.is_ok_and(|status| status.success());
    (!works).then(|| "no chromedriver: apt-get install chromium chromium-driver".to_owned())
}

/// How the browser of a person is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

pub struct Person {
    pub browser: WebDriver,
    pub address: String,
    driver: Child,
}

impl Person {
    /// Sits down at a browser that was never here.
    pub async fn new(portal: &Portal, language: &str, scripts: Scripts) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().unwrap().unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in
            ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,1000"]
        {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.add_arg(&format!("--lang={language}")).unwrap();
        let javascript = if scripts == Scripts::Off { 2 } else { 1 };
        let preferences = json!({
            "profile.default_content_setting_values.javascript": javascript,
            "intl.accept_languages": language,
            "credentials_enable_service": false,
        });
        capabilities.add_experimental_option("prefs", preferences).unwrap();
        let browser = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        Self { browser, address: portal.address.clone(), driver }
    }

    pub async fn go(&self, path: &str) {
        self.browser.goto(format!("{}{path}", self.address)).await.unwrap();
    }

    pub async fn field(&self, name: &str) -> WebElement {
        self.browser.find(By::Css(format!("input[name=\"{name}\"]:not([type=hidden])"))).await.unwrap()
    }

    pub async fn write(&self, name: &str, text: &str) {
        let field = self.field(name).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses a button or follows a link, by what is written on it.
    pub async fn press(&self, words: &str) {
        let path = format!(
            "//main//*[self::button or self::a][normalize-space()='{words}'] | \
                            //header//button[normalize-space()='{words}'] | //footer//button[normalize-space()='{words}']"
        );
        self.browser
            .find(By::XPath(path))
            .await
            .unwrap_or_else(|_| panic!("no {words:?}"))
            .click()
            .await
            .unwrap();
    }

    /// Waits until the page says something.
    pub async fn reads(&self, words: &str) {
        let mut text = String::new();
        for _ in 0..200 {
            if let Ok(body) = self.browser.find(By::Tag("body")).await {
                text = body.text().await.unwrap_or_default();
                if text.contains(words) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{words:?} is not to be read in: {text}");
    }

    pub async fn path(&self) -> String {
        self.browser.current_url().await.unwrap().path().to_owned()
    }

    /// The name of the field that has the focus, or its element.
    pub async fn focus(&self) -> String {
        let script =
            "const e = document.activeElement; return e.name || e.className || e.textContent.trim();";
        self.script(script).await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn script(&self, script: &str) -> Value {
        self.browser.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    pub async fn command(&self, method: &str, parameters: Value) {
        self.browser.cdp().send_raw(method, parameters).await.unwrap();
    }

    pub async fn window(&self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn colours(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", features).await;
    }

    /// Keeps a picture under the test's output folder.
    pub async fn picture(&self, name: &str) {
        let folder = pictures();
        std::fs::create_dir_all(&folder).unwrap();
        self.browser.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }

    pub async fn leave(self) {
        let _ = self.browser.clone().quit().await;
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // Asked to end, it ends its browser first.
        let _ = Command::new("kill").arg(self.driver.id().to_string()).status();
        let _ = self.driver.wait();
    }
}

pub fn pictures() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("portal-pictures")
}

//! Chromium, without a screen, and the driver that is spoken to.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::WebDriver;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities};

/// What is missing for a test in a browser.
pub fn missing() -> Option<String> {
    let driver = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).status();
    let works = driver.is_ok_and(|status| status.success());
    (!works).then(|| "no chromedriver: apt-get install chromium chromium-driver".to_owned())
}

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A browser that was never anywhere. It is ended when this is dropped.
pub struct Chrome {
    pub driver: WebDriver,
    process: Child,
    /// Where it keeps its profile; it goes with it, also where the browser was ended before it could tidy up.
    _folder: TempDir,
}

impl Chrome {
    pub async fn start(language: &str, scripts: Scripts) -> Self {
        let folder = TempDir::new().unwrap();
        let (process, port) = start_driver(folder.path());
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
            "profile.password_manager_leak_detection": false,
            "intl.accept_languages": language,
            "credentials_enable_service": false,
        });
        capabilities.add_experimental_option("prefs", preferences).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        // On a machine that has much to do, all the rules of accessibility take a while.
        driver.set_script_timeout(Duration::from_secs(120)).await.unwrap();
        Self { driver, process, _folder: folder }
    }
}

/// The driver takes a free port of IPv4 and then the same of IPv6, which somebody else may have by then: it ends, and
/// another is started.
fn start_driver(folder: &Path) -> (Child, String) {
    let mut said = String::new();
    for _ in 0..5 {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return (process, port.trim_end_matches('.').to_owned());
            }
            said.push_str(&line);
            said.push('\n');
        }
        process.wait().unwrap();
    }
    panic!("no driver of the browser stays:\n{said}");
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // A test that failed did not close the browser, and its driver alone would leave it behind.
        let _ = Command::new("pkill").args(["-P", &self.process.id().to_string()]).status();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

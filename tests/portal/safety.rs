//! What the pages withstand: forms from elsewhere, headers that lie, too much of anything.

use reqwest::Method;

use crate::client::{Answer, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(
    a_form_without_our_signature_is_refused,
    a_form_from_another_page_is_refused,
    every_answer_has_its_headers,
    over_https_cookies_are_bound_to_the_host,
    no_host_header_reaches_a_message,
    looking_changes_nothing,
    too_much_and_nonsense_get_pages,
    too_many_log_ins_wait_but_not_in_a_browser_that_was_here,
    the_outbox_is_for_this_machine_alone,
);

const EMAIL: &str = "anne.hansen@example.com";
const FORMS: [(&str, &[(&str, &str)]); 8] = [
    ("/login", &[("email", EMAIL), ("password", PASSWORD)]),
    ("/logout", &[]),
    ("/language", &[("lang", "en"), ("back", "/login")]),
    ("/activate", &[("channel", "email"), ("email", EMAIL)]),
    ("/recover", &[("channel", "email"), ("email", EMAIL)]),
    ("/activate/code", &[("code", "12345678"), ("new_password", PASSWORD), ("confirm_password", PASSWORD)]),
    ("/recover/resend", &[]),
    ("/account/password", &[("current_password", PASSWORD)]),
];

async fn a_form_without_our_signature_is_refused() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    let sent = portal.outbox().await.len();
    let mut other = portal.client();
    other.get("/login").await;
    for (path, fields) in FORMS {
        for csrf in ["", "0", other.csrf.as_str()] {
            let mut forged = anne.clone();
            forged.csrf = csrf.to_owned();
            let answer = forged.post(path, fields).await;
            assert_eq!(answer.status, 403, "{path} {csrf}");
            answer.says("Skjemaet var for gammelt");
        }
        let mut without_cookies = portal.client();
        without_cookies.csrf = anne.csrf.clone();
        let status = without_cookies.post(path, fields).await.status;
        assert!(status == 403 || path == "/account/password" && status == 303, "{path} {status}");
    }
    assert_eq!(anne.get("/account").await.status, 200, "she is still logged in");
    assert_eq!(portal.outbox().await.len(), sent, "nothing was sent");
}

async fn a_form_from_another_page_is_refused() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.get("/activate").await;
    let ask = [("channel", "email"), ("email", EMAIL)];
    let own = portal.address.clone();
    let localhost = own.replace("127.0.0.1", "localhost");
    let cases: &[(&[(&'static str, &str)], u16)] = &[
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "http://127.0.0.1:1")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "null"), ("sec-fetch-site", "cross-site")], 403),
        (&[("origin", &own), ("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("origin", &own)], 303),
        (&[("origin", &localhost), ("sec-fetch-site", "same-origin")], 303),
        // What browsers say on a page that keeps its address to itself.
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")], 303),
    ];
    for (headers, status) in cases {
        let client = headers.iter().fold(anne.clone(), |client, (name, value)| client.with(name, value));
        assert_eq!({ client }.post("/activate", &ask).await.status, *status, "{headers:?}");
    }
}

fn assert_headers(answer: &Answer, path: &str) {
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
    assert!(!policy.contains("unsafe"), "{path}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    if !path.starts_with("/static/") {
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        if cookie.contains("Max-Age=0") {
            continue;
        }
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{path}: {cookie}");
        assert!(cookie.contains("Path=/") && !cookie.contains("Domain"), "{path}: {cookie}");
    }
    for inline in ["<style", "style=\"", "onclick", "<script>", "http://", "https://"] {
        let elsewhere = answer.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains(inline) || path.starts_with("/dev/"), "{path}: {inline}");
    }
}

async fn every_answer_has_its_headers() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    anne.ask_for_code("/recover", EMAIL).await;
    for path in [
        "/",
        "/login",
        "/activate",
        "/recover",
        "/recover/code",
        "/activate/code",
        "/account",
        "/account/password",
        "/healthz",
        "/nowhere",
        "/logout",
        "/dev/outbox",
        "/dev/outbox.json",
        "/static/portal.css",
        "/static/forget.css",
        "/static/portal.js",
        "/static/icon.svg",
    ] {
        assert_headers(&anne.get(path).await, path);
        let head = anne.send(Method::HEAD, path, None).await;
        assert_headers(&head, path);
        assert!(head.body.is_empty());
    }
    for (path, fields) in FORMS {
        assert_headers(&anne.clone().post(path, fields).await, path);
        assert_headers(&portal.client().post(path, fields).await, path);
    }
    for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
        let answer = anne.send(method, "/login", None).await;
        assert_eq!(answer.status, 405);
        assert_headers(&answer, "/login");
    }
}

async fn over_https_cookies_are_bound_to_the_host() {
    let portal = Portal::start_with(&[("PORTAL_ORIGIN", "https://min.example.no")]);
    let mut anne = portal.client().with("host", "evil.example").with("origin", "https://min.example.no");
    anne.ask_for_code("/activate", "+4790000200").await;
    let mut local = portal.client();
    let messages = loop {
        let messages: Vec<serde_json::Value> =
            serde_json::from_str(&local.get("/dev/outbox.json").await.body).unwrap();
        if !messages.is_empty() {
            break messages;
        }
    };
    let text = messages[0]["text"].as_str().unwrap();
    let code = messages[0]["code"].as_str().unwrap();
    assert!(text.ends_with(&format!("\n@min.example.no #{code}")), "{text}");
    let answer = anne.redeem("/activate", code, PASSWORD, PASSWORD).await;
    assert_eq!(answer.location(), "/login?after=activated");
    let answer = anne.log_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.location(), "/account");
    assert!(answer.header("strict-transport-security").contains("max-age=63072000"));
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    }
    assert!(anne.cookies.contains_key("__Host-session") && anne.cookies.contains_key("__Host-device"));
    // Browsers ignore the removal of such a cookie, too, where it does not say `Secure`.
    let answer = anne.clone().post("/logout", &[]).await;
    assert!(
        answer
            .headers
            .get_all("set-cookie")
            .iter()
            .all(|cookie| cookie.to_str().unwrap().contains("; Secure"))
    );
    let loopback = anne.with("origin", &portal.address);
    assert_eq!({ loopback }.post("/logout", &[]).await.status, 403, "another origin than the configured");
}

async fn no_host_header_reaches_a_message() {
    let portal = Portal::start();
    let mut anne = portal.client().with("host", "evil.example").with("x-forwarded-host", "evil.example");
    anne.ask_for_code("/activate", EMAIL).await;
    portal.code_number(1, EMAIL).await;
    let answer = anne.get("/login").await;
    assert!(!answer.body.contains("evil"));
    let text = serde_json::to_string(&portal.outbox().await).unwrap();
    assert!(!text.contains("evil") && text.contains("Eksempelforbundet"), "{text}");
}

/// Every row of every table, as text.
async fn everything(portal: &Portal) -> Vec<String> {
    let mut rows = Vec::new();
    for query in [
        "select count(*) || max(changed_at) || group_concat(state) from vestibule_accounts",
        "select group_concat(hex(handle) || attempts || issue || expires_at) from vestibule_codes",
        "select group_concat(hex(key) || hex(state)) from vestibule_throttles",
        "select group_concat(hex(id) || data || expires_at) from portal_sessions",
        "select group_concat(account_id || latest) from portal_log_ins",
    ] {
        let row: Option<String> = sqlx::query_scalar(query).fetch_one(&portal.database()).await.unwrap();
        rows.push(row.unwrap_or_default());
    }
    rows
}

async fn looking_changes_nothing() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    anne.ask_for_code("/recover", EMAIL).await;
    let code = portal.code_number(2, EMAIL).await;
    let before = everything(&portal).await;
    for path in [
        "/",
        "/login",
        "/logout",
        "/language?lang=en",
        "/activate?channel=email&email=kari.moen@klubb.example.com",
        "/recover",
        "/recover/resend",
        "/account",
        "/account/password",
        "/healthz",
        "/dev/outbox",
    ] {
        anne.get(path).await;
        anne.send(Method::HEAD, path, None).await;
        portal.client().get(path).await;
    }
    let link = format!("/recover/code?code={code}&new_password=x&confirm_password=x");
    assert_eq!(anne.get(&link).await.status, 200);
    assert_eq!(everything(&portal).await, before);
}

async fn too_much_and_nonsense_get_pages() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.get("/login").await;
    let long = "x".repeat(100_000);
    let answer = anne.post("/login", &[("email", EMAIL), ("password", &long)]).await;
    assert_eq!(answer.status, 413);
    answer.says("Det var for mye").says("<html lang=\"nb\">");
    // A password that is longer than any can be is only wrong.
    assert_eq!(anne.post("/login", &[("email", EMAIL), ("password", &long[..9_000])]).await.status, 401);

    let mut other = anne.clone().with("content-type", "application/json");
    let answer = other.post_raw("/login", "{}".to_owned()).await;
    assert_eq!(answer.status, 415);
    answer.says("Dette forsto vi ikke");
    let answer = anne.post_raw("/login", "email=%FF%FE&csrf=%00".to_owned()).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    let answer = anne.post("/language", &[("lang", "klingon")]).await;
    assert_eq!(answer.status, 422);
    answer.says("Dette forsto vi ikke");
    let answer = anne.get("/%00/../..//etc").await;
    assert_eq!(answer.status, 404);
    answer.says("Siden finnes ikke");
    for (name, value) in [("cookie", "portal-session=nonsense; =; ;;"), ("accept-language", "en;q=x,,;;=")] {
        assert_eq!(portal.client().with(name, value).get("/account").await.status, 303);
    }
}

async fn too_many_log_ins_wait_but_not_in_a_browser_that_was_here() {
    let portal = Portal::start();
    let (mut anne, mut stranger) = (portal.client(), portal.client());
    anne.enter(&portal, EMAIL).await;
    anne.post("/logout", &[]).await;
    for _ in 0..5 {
        assert_eq!(stranger.log_in(EMAIL, "helt feil passord, men langt").await.status, 401);
    }
    let answer = stranger.log_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 429);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    answer.says("for mange forsøk").says("role=\"alert\"").says(&format!("value=\"{EMAIL}\""));
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.location(), "/account");
}

async fn the_outbox_is_for_this_machine_alone() {
    let portal = Portal::start();
    for path in ["/dev/outbox", "/dev/outbox.json"] {
        assert_eq!(portal.client().get(path).await.status, 200);
        let port = portal.address.rsplit(':').next().unwrap();
        assert_eq!(portal.client().with("host", &format!("localhost:{port}")).get(path).await.status, 200);
        assert_eq!(portal.client().with("host", "evil.example").get(path).await.status, 404);
    }
}

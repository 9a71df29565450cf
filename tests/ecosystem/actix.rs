use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, rt::System};

use crate::accounts::{Accounts, KARI, PASSWORD, kari};
use crate::guide::actix::routes;

#[test]
fn an_account_is_activated_over_actix_web() {
    System::new().block_on(async {
        let accounts = Accounts::new();
        let service = accounts.service.clone();
        let app = init_service(App::new().configure(|pages| routes(pages, service))).await;
        let peer = "192.0.2.1:4711".parse().unwrap();
        let posted = |page: &str| TestRequest::post().uri(page).peer_addr(peer);
        let asked = posted("/activate").set_form([("email", KARI)]).to_request();
        let asked = call_service(&app, asked).await;
        assert_eq!(asked.status(), StatusCode::OK);
        let flow = asked.response().cookies().find(|cookie| cookie.name() == "flow").unwrap().into_owned();
        assert_eq!((flow.http_only(), flow.secure()), (Some(true), Some(true)));

        let code = accounts.code().await;
        let form = [("code", &*code), ("password", PASSWORD), ("confirmation", PASSWORD)];
        let strangers = call_service(&app, posted("/activate/code").set_form(form).to_request()).await;
        assert_eq!(strangers.status(), StatusCode::UNPROCESSABLE_ENTITY, "a code alone is worth nothing");
        let activate = posted("/activate/code").cookie(flow).set_form(form).to_request();
        assert_eq!(call_service(&app, activate).await.status(), StatusCode::OK);
        let origin = vestibule::Origin::without_address();
        accounts.service.log_in(&kari(), PASSWORD.into(), &origin).await.unwrap();
    });
}

#[test]
fn a_refusal_of_actix_web_has_its_status_and_says_when_to_come_back() {
    System::new().block_on(async {
        let service = Accounts::new().service;
        let app = init_service(App::new().configure(|pages| routes(pages, service))).await;
        let peer = "192.0.2.1:4711".parse().unwrap();
        let mut last = None;
        for _ in 0..4 {
            let asked = TestRequest::post().uri("/activate").peer_addr(peer).set_form([("email", KARI)]);
            last = Some(call_service(&app, asked.to_request()).await);
        }
        let last = last.unwrap();
        assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = last.headers().get("retry-after").unwrap().to_str().unwrap().parse().unwrap();
        assert!(wait >= 1);
    });
}

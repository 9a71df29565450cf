//! The whole life of an account, through pipes.

use crate::program::{ANOTHER, Folder, PASSWORD, Place};

pub fn a_person_lives_through_all_the_flows(place: &Place) {
    let folder = Folder::at(place);
    let name = "Kari Ødegård";
    folder.run(&["register", "--email", "Kari@example.com", "--phone", "412 34 567", "--name", name]).done();
    assert_eq!(
        folder.run(&["list"]).done(),
        format!("ikke aktivert\tKari@example.com +4741234567\t{name}\n")
    );
    folder.run(&["invite", "--email", "kari@example.com"]).done();
    assert_eq!(folder.kinds_to("Kari@example.com"), ["invitation"]);
    assert!(folder.messages()[0].get("code").is_none());
    assert!(folder.run(&["login", "--email", "kari@example.com"]).refused().starts_with("Avbrutt"));

    let said = folder.redeem("activate", "--email", "Kari@example.com", PASSWORD).done();
    assert!(said.starts_with("Hvis adressen eller nummeret er registrert, kommer det snart en kode."));
    assert!(said.contains("medlem@example.no, 22 00 00 00"));
    assert!(said.ends_with("Kontoen er aktivert. Du kan logge inn.\n"));
    assert_eq!(folder.kinds_to("Kari@example.com"), ["invitation", "activation_code", "activated"]);
    assert_eq!(folder.kinds_to("+4741234567"), ["activated"]);

    let log_in = |password| folder.typing(&["login", "--email", "KARI@example.com"], &[password]);
    assert_eq!(log_in(PASSWORD).done(), "Innlogget.\n");
    let wrong = log_in(ANOTHER);
    assert_eq!(wrong.out, "");
    let wrong = wrong.refused();

    folder.typing(&["passwd", "--email", "kari@example.com"], &[PASSWORD, ANOTHER, ANOTHER]).done();
    assert_eq!(log_in(PASSWORD).refused(), wrong);
    log_in(ANOTHER).done();

    folder.redeem("recover", "--phone", "+4741234567", PASSWORD).done();
    assert_eq!(log_in(ANOTHER).refused(), wrong);
    log_in(PASSWORD).done();

    folder.run(&["suspend", "--email", "kari@example.com"]).done();
    assert!(folder.run(&["list"]).done().starts_with("stengt\t"));
    assert_eq!(log_in(PASSWORD).refused(), wrong);
    folder.run(&["resume", "--email", "kari@example.com"]).done();
    log_in(PASSWORD).done();

    let events = folder.run(&["events"]).done();
    for told in [
        "invited",
        "code_armed  account=",
        "password_set",
        "how=recovered",
        "log_in_refused",
        "reason=suspended",
        "source=127.0.0.1",
        "message_sent  channel=sms",
    ] {
        assert!(events.contains(told), "{told} in:\n{events}");
    }
    assert!(!events.contains("example.com") && !events.contains("41234567"), "{events}");
}

pub fn an_account_is_activated_by_sms_and_logged_in_to_by_email(place: &Place) {
    let folder = Folder::at(place);
    folder.run(&["register", "--email", "ola@example.com", "--phone", "91234567"]).done();
    let mut running = folder.start(&["activate", "--phone", "0047 91 23 45 67", "--lang", "en"]);
    running.wait_for_line();
    // As people paste it.
    let code = folder.last_code_to("+4791234567").unwrap();
    let code = format!(" {} {}", &code[..4], &code[4..]);
    running.type_lines(&[&code, PASSWORD, PASSWORD]);
    let said = running.end().done();
    assert!(said.ends_with("The account is activated. You can log in.\n"), "{said}");
    folder.typing(&["login", "--email", "ola@example.com"], &[PASSWORD]).done();
}

pub fn a_refused_password_a_wrong_code_and_an_end_of_input_change_nothing(place: &Place) {
    let folder = Folder::at(place);
    folder.run(&["register", "--email", "ola@example.com"]).done();
    let try_with = |lines: &dyn Fn(&str) -> Vec<String>| {
        let mut running = folder.start(&["activate", "--email", "ola@example.com"]);
        running.wait_for_line();
        let lines = lines(&folder.last_code_to("ola@example.com").unwrap());
        running.type_lines(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        running.end().refused()
    };
    let line = str::to_owned;
    let short = try_with(&|code| vec![line(code), line("kort"), line("kort")]);
    assert!(short.contains("15"), "{short}");
    let ended = try_with(&|code| vec![line(code), line(PASSWORD)]);
    assert!(ended.starts_with("Avbrutt. Ingenting ble endret."), "{ended}");
    let other = |code: &str| code.replace(char::is_numeric, "7");
    let wrong = try_with(&|code| vec![other(code), line(PASSWORD), line(PASSWORD)]);
    assert_ne!(wrong, short);
    assert!(folder.run(&["list"]).done().starts_with("ikke aktivert"));
}

pub fn two_people_who_redeem_at_once_for_one_account_get_one_success(place: &Place) {
    let folder = Folder::at(place);
    folder.run(&["register", "--email", "ola@example.com"]).done();
    let mut first = folder.start(&["activate", "--email", "ola@example.com"]);
    first.wait_for_line();
    let first_code = folder.last_code_to("ola@example.com").unwrap();
    let mut second = folder.start(&["activate", "--email", "ola@example.com"]);
    second.wait_for_line();
    let second_code = folder.last_code_to("ola@example.com").unwrap();
    first.type_lines(&[&first_code, PASSWORD, PASSWORD]);
    second.type_lines(&[&second_code, ANOTHER, ANOTHER]);
    let outcomes = [(first.end(), PASSWORD), (second.end(), ANOTHER)];
    assert_eq!(outcomes.iter().filter(|(outcome, _)| outcome.status == 0).count(), 1, "{outcomes:?}");
    for (outcome, password) in outcomes {
        let log_in = folder.typing(&["login", "--email", "ola@example.com"], &[password]);
        assert_eq!(log_in.status, outcome.status);
        if outcome.status != 0 {
            outcome.refused();
        }
    }
}

pub fn a_code_is_worth_nothing_to_another_request(place: &Place) {
    let folder = Folder::at(place);
    folder.run(&["register", "--email", "ola@example.com"]).done();
    let mut owner = folder.start(&["activate", "--email", "ola@example.com"]);
    owner.wait_for_line();
    let code = folder.last_code_to("ola@example.com").unwrap();
    let mut other = folder.start(&["activate", "--email", "ola@example.com"]);
    other.wait_for_line();
    other.type_lines(&[&code, ANOTHER, ANOTHER]);
    other.end().refused();
    owner.type_lines(&[&code, PASSWORD, PASSWORD]);
    owner.end().done();
}

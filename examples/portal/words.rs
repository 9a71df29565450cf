//! What the pages say, in Norwegian (bokmål) and in English. The library brings its own words: for every message that
//! is sent, and for every refusal.
//!
//! `{support}`, `{contact}` and their like are filled in by the templates.

use serde::Serialize;

/// The words of one language, by their names in the templates.
macro_rules! words {
    ($($name:ident: $norwegian:literal, $english:literal;)*) => {
        #[derive(Debug, Serialize)]
        pub struct Words {
            $(pub $name: &'static str,)*
        }

        pub const NORWEGIAN: Words = Words { $($name: $norwegian,)* };
        pub const ENGLISH: Words = Words { $($name: $english,)* };
    };
}

words! {
    skip: "Hopp til innholdet", "Skip to the content";
    other_language: "English", "Norsk (bokmål)";
    other_language_tag: "en", "nb";
    language: "Språk", "Language";
    error_prefix: "Feil: ", "Error: ";
    help: "Trenger du hjelp? Kontakt {support}.", "Do you need help? Contact {support}.";
    cancel: "Avbryt", "Cancel";
    show: "Vis", "Show";
    hide: "Skjul", "Hide";
    counted: "{n} av minst {minimum} tegn", "{n} of at least {minimum} characters";
    long_enough: "Langt nok", "Long enough";

    log_in: "Logg inn", "Log in";
    log_in_lead:
        "Logg inn med e-postadressen vi har registrert på deg.",
        "Log in with the e-mail address we have registered for you.";
    email: "E-postadresse", "E-mail address";
    phone: "Mobilnummer", "Mobile number";
    password: "Passord", "Password";
    password_missing: "Skriv passordet ditt.", "Enter your password.";
    forgotten: "Glemt passord?", "Forgot your password?";
    first_time: "Første gang her?", "First time here?";
    first_time_text:
        "Du er allerede registrert, men må aktivere kontoen din og velge et passord før du kan logge inn.",
        "You are registered already, but must activate your account and choose a password before you can log in.";
    activate_link: "Aktiver kontoen din", "Activate your account";
    activated:
        "Kontoen din er aktivert. Nå kan du logge inn med e-postadressen og det nye passordet.",
        "Your account is activated. You can now log in with your e-mail address and the new password.";
    recovered:
        "Du har valgt et nytt passord. Nå kan du logge inn med det.",
        "You have chosen a new password. You can now log in with it.";
    session_ended:
        "Du er logget ut. Det skjer når passordet er endret et annet sted, når kontoen er stengt, eller når det har gått lang tid.",
        "You have been logged out. This happens when the password was changed elsewhere, when the account was suspended, or after a long time.";
    logged_out: "Du er logget ut.", "You are logged out.";

    activate: "Aktiver konto", "Activate account";
    activate_lead:
        "Før du kan velge et passord, må vi vite at det er deg. Vi sender en engangskode til e-postadressen eller mobilnummeret som er registrert på deg.",
        "Before you can choose a password, we must know that it is you. We send a one-time code to the e-mail address or mobile number that is registered for you.";
    recover: "Glemt passord", "Forgotten password";
    recover_lead:
        "Før du kan velge et nytt passord, må vi vite at det er deg. Vi sender en engangskode til e-postadressen eller mobilnummeret som er registrert på deg.",
        "Before you can choose a new password, we must know that it is you. We send a one-time code to the e-mail address or mobile number that is registered for you.";
    by_email: "Få koden på e-post", "Get the code by e-mail";
    by_sms: "Få koden på SMS", "Get the code by SMS";
    send_email: "Send kode på e-post", "Send code by e-mail";
    send_sms: "Send kode på SMS", "Send code by SMS";
    phone_hint: "Norske nummer trenger ikke landkode.", "Norwegian numbers need no country code.";
    or: "eller", "or";
    code_gone:
        "Koden gjelder ikke lenger her. Be om en ny. Har du allerede valgt passord, kan du logge inn.",
        "There is no valid code here any more. Ask for a new one. If you have chosen a password already, you can log in.";

    choose_password: "Skriv koden og velg passord", "Enter the code and choose a password";
    on_its_way:
        "Hvis {contact} er registrert hos oss, kommer det en kode om litt.",
        "If {contact} is registered with us, a code will arrive shortly.";
    none_came_email:
        "Kommer det ingen e-post? Se i søppelposten. Hvis den ikke er der, er ikke adressen registrert, eller så kan den ikke brukes til dette: Kontakt {support}.",
        "Did no e-mail arrive? Look in the spam folder. If it is not there, the address is not registered, or cannot be used for this: contact {support}.";
    none_came_sms:
        "Kommer det ingen SMS? Da er ikke nummeret registrert, eller så kan det ikke brukes til dette: Kontakt {support}.",
        "Did no SMS arrive? Then the number is not registered, or cannot be used for this: contact {support}.";
    code: "Engangskode", "One-time code";
    code_hint_digits: "{length} sifre. Koden er gyldig i {minutes} min til.", "{length} digits. The code is valid for another {minutes} min.";
    code_hint_letters: "{length} tegn. Koden er gyldig i {minutes} min til.", "{length} characters. The code is valid for another {minutes} min.";
    new_password: "Nytt passord", "New password";
    password_hint:
        "Minst {minimum} tegn. Fire eller flere ord som ikke hører sammen, er lett å huske og vanskelig å gjette. Mellomrom er lov.",
        "At least {minimum} characters. Four or more words that do not belong together are easy to remember and hard to guess. Spaces are fine.";
    confirm_password: "Gjenta nytt passord", "Repeat the new password";
    save_activate: "Aktiver kontoen", "Activate the account";
    save_recover: "Lagre nytt passord", "Save the new password";
    resend_heading: "Fikk du ikke koden?", "Did the code not arrive?";
    resend: "Send koden på nytt", "Send the code again";
    resend_after: "Send på nytt om {n} s", "Send again in {n} s";
    code_resent:
        "Er du registrert, kommer det en ny kode om litt. Bruk den siste du får: Den forrige gjelder ikke lenger.",
        "If you are registered, a new code will arrive shortly. Use the latest one you get: the one before is no longer valid.";
    start_again: "Be om en ny kode", "Ask for a new code";
    already_done: "Har du allerede valgt passord? {link}", "Have you chosen a password already? {link}";

    account: "Min side", "My page";
    hello: "Hei, {name}", "Hello, {name}";
    last_log_in: "Forrige innlogging", "Last log-in";
    first_log_in: "Dette er første gang du logger inn.", "This is the first time you log in.";
    not_you: "Var det ikke deg? Endre passordet, og kontakt {support}.", "Was it not you? Change the password, and contact {support}.";
    registered_contacts: "Vi kan nå deg på", "We can reach you at";
    log_out: "Logg ut", "Log out";
    change_password: "Endre passord", "Change password";
    change_lead:
        "Når passordet er endret, blir du logget ut alle andre steder.",
        "When the password is changed, you are logged out everywhere else.";
    current_password: "Nåværende passord", "Current password";
    current_password_missing: "Skriv passordet du har nå.", "Enter the password you have now.";
    password_changed:
        "Passordet er endret. Du er logget ut alle andre steder.",
        "The password is changed. You are logged out everywhere else.";

    outbox: "Utboks", "Outbox";
    outbox_lead:
        "Bare for utvikling: meldinger som ville ha blitt sendt. Den nyeste er øverst.",
        "For development only: messages that would have been sent. The latest comes first.";
    outbox_empty: "Ingenting er sendt ennå.", "Nothing has been sent yet.";
    outbox_to: "Til", "To";

    to_front: "Til innloggingen", "To the log-in page";
    problem_bad_request: "Dette forsto vi ikke", "We did not understand that";
    problem_bad_request_text:
        "Nettleseren sendte noe vi ikke kunne lese. Gå tilbake og prøv igjen.",
        "The browser sent something that we could not read. Go back and try again.";
    problem_forbidden: "Skjemaet var for gammelt", "The form was too old";
    problem_forbidden_text:
        "Vi kan ikke se at skjemaet kom fra en av sidene våre. Gå tilbake, last siden på nytt og prøv igjen. Nettleseren må godta informasjonskapsler.",
        "We cannot see that the form came from one of our pages. Go back, reload the page and try again. The browser must accept cookies.";
    problem_not_found: "Siden finnes ikke", "There is no such page";
    problem_not_found_text: "Sjekk adressen, eller begynn på nytt.", "Check the address, or start again.";
    problem_too_large: "Det var for mye", "That was too much";
    problem_too_large_text:
        "Det du sendte, er lengre enn noe vi spør etter. Gå tilbake og gjør det kortere.",
        "What you sent is longer than anything we ask for. Go back and make it shorter.";
    problem_busy: "Det er stor pågang", "We are very busy";
    problem_busy_text: "Vent litt og prøv igjen.", "Wait a moment and try again.";
    problem_out_of_order: "Noe er galt hos oss", "Something is wrong at our end";
    problem_out_of_order_text:
        "Det er ikke noe du har gjort. Prøv igjen om litt.",
        "It is nothing you did. Try again in a while.";
}

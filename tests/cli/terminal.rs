//! In a real terminal: prompts, hidden input, a second try, Ctrl-C.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use expectrl::process::Termios;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Expect, Session};

use crate::program::{ANOTHER, Folder, PASSWORD, executable};

/// A person at a terminal, and everything that she has seen.
struct Terminal {
    session: OsSession,
    seen: String,
}

impl Terminal {
    /// Runs the program in a shell that says how it ended, and what the terminal is like afterwards.
    fn run(folder: &Folder, arguments: &str) -> Self {
        let program = executable();
        let script = format!(
            "trap : INT; stty echo; {} {arguments}; echo status $?; stty -a; echo good-bye",
            program.display()
        );
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).current_dir(folder.as_path()).env("LANG", "C.UTF-8");
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(30)));
        Self { session, seen: String::new() }
    }

    fn wait_for(&mut self, words: &str) {
        let found =
            self.session.expect(words).unwrap_or_else(|error| panic!("{words}: {error}; {}", self.seen));
        self.seen += &String::from_utf8_lossy(found.before());
        self.seen += words;
    }

    fn type_line(&mut self, line: &str) {
        self.session.send_line(line).unwrap();
    }

    /// Answers a prompt for something secret. The echo is switched off just after the prompt is shown.
    fn type_hidden(&mut self, prompt: &str, line: &str) {
        self.wait_for_hidden(prompt);
        self.type_line(line);
    }

    fn wait_for_hidden(&mut self, prompt: &str) {
        self.wait_for(prompt);
        while self.session.is_echo().unwrap() {
            sleep(Duration::from_millis(5));
        }
    }

    fn interrupt(&mut self) {
        self.session.send(ControlCode::EndOfText).unwrap();
    }

    /// Waits for the end, and gives everything that was seen.
    fn end(mut self, status: &str) -> String {
        self.wait_for(&format!("status {status}"));
        let seen = self.seen.clone();
        self.wait_for("good-bye");
        let settings = &self.seen[seen.len()..];
        for setting in [" echo ", " icanon ", "isig "] {
            assert!(settings.contains(setting), "the terminal is not as it was: {settings}");
        }
        seen
    }
}

pub fn a_person_activates_at_a_terminal_and_nobody_reads_the_password_over_her_shoulder() {
    let folder = Folder::new();
    folder.run(&["register", "--email", "ola@example.com"]).done();
    let mut terminal = Terminal::run(&folder, "activate --email ola@example.com");
    terminal.wait_for("Trykk bare Enter for å be om koden en gang til, Ctrl-C for å avbryte.");
    terminal.wait_for("Kode: ");
    let code = folder.last_code_to("ola@example.com").unwrap();
    terminal.type_line("12-34");
    terminal.wait_for("Kode: ");
    terminal.type_line(&code);
    // A password that will not do is asked for again; the code is not.
    terminal.type_hidden("Nytt passord: ", "altfor lite");
    terminal.type_hidden("Gjenta nytt passord: ", "altfor lite");
    terminal.type_hidden("Nytt passord: ", PASSWORD);
    terminal.type_hidden("Gjenta nytt passord: ", ANOTHER);
    terminal.type_hidden("Nytt passord: ", PASSWORD);
    terminal.type_hidden("Gjenta nytt passord: ", PASSWORD);
    terminal.wait_for("Kontoen er aktivert. Du kan logge inn.");
    let seen = terminal.end("0");
    assert!(seen.contains("kommer det snart en kode. Kommer det ingen, er adressen eller nummeret ikke"));
    assert!(seen.contains(&code), "what may be seen is echoed: {seen}");
    for hidden in [PASSWORD, ANOTHER, "altfor lite"] {
        assert!(!seen.contains(hidden), "{seen}");
    }
    assert_eq!(seen.matches("Kode: ").count(), 2);

    let mut terminal = Terminal::run(&folder, "login --email ola@example.com --lang en");
    terminal.type_hidden("Password: ", PASSWORD);
    terminal.wait_for("Logged in.");
    assert!(!terminal.end("0").contains(PASSWORD));
}

pub fn a_wrong_code_is_asked_for_again_and_a_new_one_too_soon_is_explained() {
    let folder = Folder::new();
    folder.active("ola@example.com");
    let mut terminal = Terminal::run(&folder, "recover --email ola@example.com");
    terminal.wait_for("Kode: ");
    let code = folder.last_code_to("ola@example.com").unwrap();
    terminal.type_line("");
    terminal.wait_for("Kode: ");
    terminal.type_line(if code == "77777777" { "77777778" } else { "77777777" });
    terminal.type_hidden("Nytt passord: ", ANOTHER);
    terminal.type_hidden("Gjenta nytt passord: ", ANOTHER);
    terminal.wait_for("Kode: ");
    terminal.type_line(&code);
    terminal.type_hidden("Nytt passord: ", ANOTHER);
    terminal.type_hidden("Gjenta nytt passord: ", ANOTHER);
    terminal.wait_for("Nytt passord er valgt. Du kan logge inn.");
    terminal.end("0");
    folder.typing(&["login", "--email", "ola@example.com"], &[ANOTHER]).done();
}

pub fn ctrl_c_at_any_prompt_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let folder = Folder::new();
    folder.run(&["register", "--email", "ola@example.com"]).done();

    let mut terminal = Terminal::run(&folder, "activate --email ola@example.com");
    terminal.wait_for("Kode: ");
    terminal.interrupt();
    terminal.end("130");

    let mut terminal = Terminal::run(&folder, "activate --email ola@example.com");
    terminal.wait_for("Kode: ");
    let code = folder.last_code_to("ola@example.com").unwrap();
    terminal.type_line(&code);
    terminal.type_hidden("Nytt passord: ", PASSWORD);
    terminal.wait_for_hidden("Gjenta nytt passord: ");
    terminal.interrupt();
    terminal.end("130");

    let mut terminal = Terminal::run(&folder, "login --email ola@example.com");
    terminal.wait_for_hidden("Passord: ");
    terminal.interrupt();
    terminal.end("130");

    assert!(folder.run(&["list"]).done().starts_with("ikke aktivert\t"));
    assert!(folder.run(&["events"]).done().contains("code_armed"));
}

pub fn an_import_shows_its_progress_on_a_terminal_only() {
    let folder = Folder::new();
    let people = (0..2_500).map(|number| format!("person{number}@example.com,,\n")).collect::<String>();
    folder.write("people.csv", format!("email,phone,name\n{people}bad,,\n"));
    let mut terminal = Terminal::run(&folder, "import people.csv");
    terminal.wait_for("Linje 2502: email: ");
    terminal.wait_for("Registrert: 2500.");
    assert!(terminal.end("1").contains(" %"));
}

//! Which passwords may be chosen: whole sentences about the rules, and tables of good and bad passwords.

use proptest::prelude::*;
use vestibule::password::{NewPassword, PasswordPolicy, PasswordProblem, PolicyProblem};

fn check_under(policy: &PasswordPolicy, text: &str) -> Result<(), PasswordProblem> {
    policy.check(&NewPassword::typed_once(text.into())?)
}

fn check(text: &str) -> Result<(), PasswordProblem> {
    check_under(&PasswordPolicy::default().context_words(["Eksempelforbundet", "Norsk Gulrotlag"]), text)
}

/// Shows all the passwords that are judged otherwise, not the first alone.
#[track_caller]
fn assert_each<'a>(texts: impl IntoIterator<Item = &'a str>, expected: Result<(), PasswordProblem>) {
    let judged = texts.into_iter().map(|text| (text, check(text)));
    let otherwise: Vec<_> = judged.filter(|(_, found)| *found != expected).collect();
    assert!(otherwise.is_empty(), "not {expected:?}: {otherwise:#?}");
}

#[test]
fn a_password_of_14_code_points_is_refused_and_one_of_15_accepted() {
    assert_eq!(check("gulrot i vasken"), Ok(()));
    assert_eq!(check("gulrot i vaske"), Err(PasswordProblem::TooShort { minimum: 15 }));
    assert_eq!(check(""), Err(PasswordProblem::TooShort { minimum: 15 }));
}

#[test]
fn length_counts_code_points() {
    // One family is seven code points, and 25 bytes.
    assert_eq!(check("👨‍👩‍👧‍👦x👩‍👩‍👦y🎈"), Ok(()));
    assert_eq!(check("👨‍👩‍👧‍👦x👩‍👩‍👦y"), Err(PasswordProblem::TooShort { minimum: 15 }));
    // Decomposed, these are 16; composed, 14.
    assert_eq!(check("gulro\u{302}t i va\u{30A}ske"), Err(PasswordProblem::TooShort { minimum: 15 }));
}

#[test]
fn sixty_four_code_points_of_four_bytes_are_accepted() {
    let text: String = (0..64).filter_map(|n| char::from_u32(0x1_F300 + (n * n * 7) % 509)).collect();
    assert_eq!((text.chars().count(), text.len()), (64, 256));
    assert_eq!(check(&text), Ok(()));
}

#[test]
fn a_password_of_256_code_points_is_accepted_and_one_of_257_refused() {
    let words = "min hund spiser ikke gulrot på tirsdager, men katten gjør det gjerne. ".repeat(4);
    let longest: String = words.chars().take(256).collect();
    assert_eq!(check(&longest), Ok(()));
    assert_eq!(check(&format!("{longest}x")), Err(PasswordProblem::TooLong { maximum: 256 }));
}

#[test]
fn ten_megabytes_are_refused_before_any_work() {
    let oversized = Some(PasswordProblem::Oversized { maximum: 4096 });
    let huge = "x".repeat(10 << 20);
    assert_eq!(NewPassword::typed_once(huge.as_str().into()).err(), oversized);
    assert_eq!(NewPassword::typed_twice(huge.as_str().into(), "short".into()).err(), oversized);
    assert_eq!(NewPassword::typed_twice("short".into(), huge.as_str().into()).err(), oversized);
    assert!(NewPassword::typed_once("x".repeat(4096).into()).is_ok());
    assert_eq!(NewPassword::typed_once("x".repeat(4097).into()).err(), oversized);
}

#[test]
fn the_confirmation_is_compared_before_the_policy() {
    for (password, confirmation) in [("short", "other"), ("", " "), ("same", "Same"), ("same", "same ")] {
        let problem = NewPassword::typed_twice(password.into(), confirmation.into()).err();
        assert_eq!(problem, Some(PasswordProblem::Mismatch));
    }
    assert!(NewPassword::typed_twice("short".into(), "short".into()).is_ok());
}

#[test]
fn single_class_passwords_are_accepted() {
    for text in
        ["839104726351948", "gulrotivaskenmin", "GULROTIVASKENMIN", "#%=?!;_&~*)/+<$", "ñandúes y güiros"]
    {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn nul_and_emoji_are_accepted() {
    for text in ["gul\0rot\0i\0vasken", "\0\u{1}\u{7F}gulrot i vask", "🥕🛁🎈🐙🚲🌧️🧦🎻🦉🍋🧊🪁🔑🐝"]
    {
        assert_eq!(check(text), Ok(()), "{text:?}");
    }
}

#[test]
fn a_password_that_contains_a_context_word_but_is_more_than_it_is_accepted() {
    assert_each(
        [
            "eksempelforbundet er for alle",
            "jeg hater eksempelforbundet",
            "norsk gulrotlag spiser ikke kål",
            "xeksempelforbundetq",
        ],
        Ok(()),
    );
}

#[test]
fn a_password_that_derives_from_a_context_word_is_refused() {
    assert_each(
        [
            "eksempelforbundet",
            "EKSEMPELFORBUNDET",
            "Eksempelforbundet2024!",
            "3k53mp3lf0rbund3t",
            "tednubroflepmeske",
            "eksempelforbundeteksempelforbundet",
            "e.k.s.e.m.p.e.l.f.o.r.b.u.n.d.e.t",
            "eksempelforbundet sommer 2024",
            "NorskGulrotlag1",
            "norsk-gulrotlag",
            "gulrotlag gulrotlag",
            "17.05.2024gulrotlag",
        ],
        Err(PasswordProblem::NamesTheService),
    );
}

#[test]
fn a_password_that_repeats_itself_is_refused() {
    for text in [
        "aaaaaaaaaaaaaaa",
        "               ",
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "aaaaaaaaaaaaaaB",
        "abababababababa",
        "010110111001011",
        "passordpassord1passordpassord1",
        "Abc1Abc1Abc1Abc1",
        "ha ha ha ha ha ha",
        "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
        "x7kQ x7kQ x7kQ x7kQ",
    ] {
        let problem = check(text).err();
        assert!(
            matches!(problem, Some(PasswordProblem::Repetitive | PasswordProblem::Common)),
            "{text:?}: {problem:?}"
        );
    }
}

#[test]
fn a_sequence_is_refused() {
    assert_each(
        [
            "abcdefghijklmno",
            "ABCDEFGHIJKLMNO",
            "zyxwvutsrqponml",
            "xyzæøåabcdefghi",
            "012345678901234",
            "987654321098765",
            "123456789abcdef",
            "abcdef1234567890",
            "aabbccddeeffgghh",
            "111222333444555",
            "a1b2c3d4e5f6g7h8",
            "1a2b3c4d5e6f7g8h",
            "abc-def-ghi-jkl-mno",
            "абвгдежзийклмно",
            "123 456 789 012",
        ],
        Err(PasswordProblem::Sequence),
    );
}

#[test]
fn a_keyboard_walk_is_refused() {
    assert_each(
        [
            "qwertyuiopåasdf",
            "qwertyuiopasdfghjkl",
            "1qaz2wsx3edc4rfv",
            "1qazxsw23edcvfr4",
            "!QAZ2wsx#EDC4rfv",
            "1q2w3e4r5t6y7u8i",
            "asdfghjkløæ'zxcvb",
            "zxcvbnmasdfghjkl",
            "poiuytrewqlkjhgf",
            "qazwsxedcrfvtgb",
            "123qweasdzxcrtyfgh",
            "147258369963852741",
            "qwe rty uio pas dfg",
            "qqwweerrttyyuuii",
        ],
        Err(PasswordProblem::KeyboardWalk),
    );
}

#[test]
fn what_is_built_from_common_passwords_is_refused() {
    let judged = entries(COMMON).map(|text| (text, check(text)));
    let otherwise: Vec<_> = judged
        .filter(|(_, found)| !matches!(found, Err(PasswordProblem::Common | PasswordProblem::Repetitive)))
        .collect();
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn good_passphrases_are_accepted() {
    assert_each(entries(GOOD), Ok(()));
}

#[test]
fn common_passwords_of_eight_characters_are_refused_beside_a_second_factor() {
    let policy = PasswordPolicy::with_second_factor();
    for text in [
        "password",
        "Passord1",
        "p4ssw0rd",
        "iloveyou",
        "sommer24",
        "fotball1",
        "dragon12",
        "drowssap",
        "kjæreste",
    ] {
        assert_eq!(check_under(&policy, text), Err(PasswordProblem::Common), "{text}");
    }
    for text in ["k3Vd82hs", "gulr ot!", "84710263", "vaskmugg"] {
        assert_eq!(check_under(&policy, text), Ok(()), "{text}");
    }
    assert_eq!(check_under(&policy, "k3Vd82h"), Err(PasswordProblem::TooShort { minimum: 8 }));
}

#[test]
fn a_policy_keeps_within_the_standards() {
    let single = PasswordPolicy::default;
    let second = PasswordPolicy::with_second_factor;
    assert_eq!(second().minimum_length(7).err(), Some(PolicyProblem::MinimumTooLow { floor: 8 }));
    assert_eq!(single().minimum_length(14).err(), Some(PolicyProblem::MinimumTooLow { floor: 15 }));
    assert_eq!(single().maximum_length(63).err(), Some(PolicyProblem::MaximumTooLow { floor: 64 }));
    assert_eq!(single().maximum_length(1025).err(), Some(PolicyProblem::MaximumTooHigh { ceiling: 1024 }));
    assert_eq!(single().minimum_length(257).err(), Some(PolicyProblem::MinimumAboveMaximum));
    let long = single().minimum_length(100).unwrap();
    assert_eq!(long.maximum_length(64).err(), Some(PolicyProblem::MinimumAboveMaximum));
    let policy = second().minimum_length(10).unwrap().maximum_length(1024).unwrap();
    assert_eq!(check_under(&policy, "k3Vd82hsz"), Err(PasswordProblem::TooShort { minimum: 10 }));
}

#[test]
fn problems_are_told_in_words_and_serialised_by_name() {
    let problem = PasswordProblem::TooShort { minimum: 15 };
    assert_eq!(problem.to_string(), "the password has fewer than 15 characters");
    let json = serde_json::to_value(problem).unwrap();
    assert_eq!(json, serde_json::json!({ "problem": "too_short", "minimum": 15 }));
    assert_eq!(
        serde_json::to_value(PasswordProblem::Common).unwrap(),
        serde_json::json!({ "problem": "common" })
    );
}

#[test]
fn the_tables_are_long_enough_to_mean_something() {
    assert!(entries(COMMON).count() >= 60 && entries(GOOD).count() >= 60);
}

proptest! {
    #[test]
    fn no_text_makes_the_rules_panic(text in "\\PC{0,300}", other in any::<String>()) {
        let _ = check(&text);
        let _ = check(&other);
        let _ = NewPassword::typed_twice(text.into(), other.into());
    }

    #[test]
    fn no_combination_of_predictable_pieces_makes_the_rules_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40),
    ) {
        let _ = check(&pieces.concat());
    }

    #[test]
    fn random_letters_and_digits_are_accepted(text in "[A-Za-z0-9]{20}") {
        prop_assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn fifteen_random_digits_are_accepted(text in "[0-9]{15}") {
        prop_assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn a_common_password_is_refused_however_it_is_padded(
        word in prop::sample::select(vec!["password", "Passord", "sommer", "fotball", "M0nk3y", "monkey", "trustno1"]),
        before in "[0-9!.]{0,4}",
        after in "[0-9]{0,8}[!?*]{3,4}",
        repeated in 2_usize..20,
    ) {
        let text = format!("{before}{}{after}", word.repeat(repeated));
        if text.chars().count() >= 15 {
            prop_assert!(check(&text).is_err(), "{}", text);
        }
    }
}

const PIECES: [&str; 16] = [
    "password", "sommer", "a", "aaaa", "123", "qwerty", "1qaz", " ", "-", "p4$$", "æøå", "🎉", "\0", "2024",
    "dragon", "İ",
];

/// The passwords of a table: divided by ` | `, with a heading after `#`.
fn entries(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).flat_map(|line| line.split(" | "))
}

const COMMON: &str = "
# Padded.
password1234567 | password12345678! | Password!!!!!!!! | PASSWORD________ | !!!password!!!2024
passwordaaaaaaaa | xxxxxxxpasswordxxxxxxx | 123456789password | iloveyou12345678 | Dragon17.05.1984
letmein111222333 | princess 2024 ! | monkey 98765432 | welcome2024!!!! | Welcome-2024-12-31
administrator123 | sunshine83910472 | *#*#*#*password
# Disguised.
p4ssw0rdp4ssw0rd | P@$$w0rd12345678 | 5un5h1n3!!!!!!! | 1l0v3y0u1l0v3y0u | tru5tn01-tru5tn01!
# Repeated and joined.
passwordpassword | dragondragondragon | monkeymonkey1234 | iloveyou-iloveyou
password password password | passwordmonkey123 | dragonmonkeytiger | Football-Baseball
sunshineprincess | qwertypassword1 | abcdefpassword99 | superman&batman1
batman superman batman superman | monkey.monkey.monkey | charliebrown1234 | 1qaz2wsxpassword
qwertyuiop-password
# Backwards, and letter by letter.
drowssapdrowssap | 4321drowssap.... | p a s s w o r d 1 | p.a.s.s.w.o.r.d. | m-o-n-k-e-y-1-2-3
# On the lists.
manchesterunited | correcthorsebatterystaple | correct horse battery staple | thisismypassword
314159265358979 | Supercalifragilisticexpialidocious | to be or not to be
# Norwegian.
passord123456789 | Passord12345678! | passordpassord! | P4ss0rd p4ss0rd | hemmelighemmelig
hemmelig passord | sommersommer2024 | Sommer2024Vinter2025 | sommer vinter høst 2024 | jegelskerdeg123
JegElskerDeg<3<3 | jegelskerdeg!!!! | fotballfotball1 | Rosenborg1234567 | heiarosenborg!!!
velkommen2024!!! | norgenorgenorge | kjærlighet12345 | Kjæreste 17.05.2024 | mammapappa123456
mamma pappa 2024 | bergen-oslo-2024 | tilldovrefaller1 | enigeogtrotildovrefaller | januarfebruarmars
fredrikstad2024! | drittsekk1234567 | drossapdrossap drossap
";

const GOOD: &str = "
# Four and more words, or words that few choose.
correct donkey battery staple | purple lantern under seven bridges | the dragon ate my bicycle
my password is not this one | monkey business is no business | summer rain on a tin roof
never trust a smiling crocodile | football is boring to watch | whisper teapot gravel onion
i forgot to water the cactus | blue velvet curtains at noon | sunshine makes my cat sneeze
two spoons of honey, please | she sells seashells by the shore | an owl plays the cello badly
welcome to the end of the pier | grandma drives a fire engine | qwerty is how keyboards begin
abc is easy as one two three | 1234 steps to the lighthouse | letmein said the wet penguin
a password walks into a bar | Tuesday tastes like cardamom | paperclips dream of magnets
superman cannot cook porridge | eleven geese on a frozen pond | thirteen-legged-table-lamps
marmaladeforthemoon | trombonesinthebasement | wobblyumbrellastand | HamsterOrchestraRehearsal
lost:onesock,reward:half
# Norwegian.
min hund spiser ikke gulrot | passord er vanskelige å huske | sommeren varer alltid for kort
jeg elsker deg ikke lenger, Per | fotball er kjedelig på radio | bestemor kjører gravemaskin fort
katten sover oppå brødristeren | brunost smaker best på torsdag | vinteren kom før vi fikk ved
blåbærsyltetøy uten lokk | trikken stopper ikke i fjæra | en elg i bokhylla mi
hemmeligheten ligger i sausen | rosenborg tapte mot naboen | Fjellvettreglene gjelder også katter
tolv traktorer på rad i Volda | håndkle ispinne gråstein kompass | kaffekoppen min har hull
ugler i mosen igjen | lømmel sjark brygge tåkelur | krakk fele sennep lykt | skrivebordsskuffenmin
tannlegenspilertrombone | mor syr gule votter til oss
# Other scripts, signs, generated ones.
собака ест морковь | η γάτα κοιμάται εδώ | 猫はいつも箱の中で眠っています。 | كلبي لا يأكل الجزر أبدا
मेरा कुत्ता गाजर नहीं खाता | kX9#vQ2m!Lz7@pWd | 7f3b9c1e5a8d2046 | J4xk-9Tqm-Z2wv-B7nd | xkcvwjqzmhtrpbn
839 104 726 351 948 | T7!q T7!w T8!q Z1 | mypass-9Kx2vQwLm4 | password-kX9vQ2mLz7 | dragon 8391047263519
";

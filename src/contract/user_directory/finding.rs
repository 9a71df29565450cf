use super::samples::{
    account, assert_nobodys, assert_same_account, assert_same_contacts, assert_same_hash, assert_unchanged,
    change, entered, hash, kari, moved, ola, owner, registered,
};
use crate::account::{AccountId, AccountState, PasswordChange, Registration};
use crate::contact::{CallingCode, Contact, EmailAddress, PhoneNumber};
use crate::contract::samples::{AWKWARD, email, phone};
use crate::contract::{ContactCapacity, ManagedDirectory};
use crate::locale::Locale;
use crate::ports::Found;

/// A contact is found in whatever spelling it is asked for, by its canonical key.
pub async fn an_account_is_found_by_any_spelling_of_its_contacts(directory: &impl ManagedDirectory) {
    kari(directory).await;
    let (ola, other) = (email("Ola.NORDMANN@Example.no"), email("Åse.ÆRLIG@Blåbær.example"));
    let number = phone("+4741234567");
    let written = Registration::new(ola).contact(other.clone()).contact(number);
    let written = entered(directory, written).await;
    for spelling in ["ola.nordmann@example.no", "OLA.NORDMANN@EXAMPLE.NO", " Ola.Nordmann@example.no\u{200B}"]
    {
        assert_same_account(&owner(directory, &email(spelling)).await, &written);
    }
    // Where an account has one address, the other is another's.
    let others = match directory.capacity() {
        ContactCapacity::Any => written.clone(),
        _ => entered(directory, Registration::new(other)).await,
    };
    // As it was registered; and decomposed, with the domain as it is sent.
    for spelling in ["åse.ærlig@blåbær.example", "A\u{30A}SE.ærlig@xn--blbr-roah.example"] {
        assert_same_account(&owner(directory, &email(spelling)).await, &others);
    }
    if directory.capacity().has_phones() {
        for spelling in ["41234567", "412 34 567", "+47 412 34 567", "0047-41234567", "４１２３４５６７"]
        {
            let number = PhoneNumber::parse(spelling, CallingCode::NORWAY).unwrap();
            assert_same_account(&owner(directory, &number.into()).await, &written);
        }
    }
}

/// An account is returned with every registered contact, in the registered spelling, the main one first.
pub async fn an_account_is_returned_with_its_contacts_as_registered(directory: &impl ManagedDirectory) {
    let capacity = directory.capacity();
    let hard = email("Åse.O'Hara+%_@Blåbær.example");
    let contacts = capacity.fitting(vec![
        phone("+4790000000"),
        email("Ola.Nordmann@Example.NO"),
        phone("+358401234567"),
        hard.clone(),
    ]);
    let mut registration = Registration::new(contacts[0].clone()).name(AWKWARD).locale(Locale::new(AWKWARD));
    registration.contacts = contacts.clone();
    let id = directory.register(registration).await;
    let other = kari(directory).await;

    let read = account(directory, &id).await;
    assert_eq!(read.id, id);
    assert_eq!(read.state, AccountState::Pending);
    assert_same_hash(read.password.as_ref(), None);
    assert_same_contacts(&read, &contacts);
    assert_eq!(read.name.as_deref(), Some(AWKWARD));
    assert_eq!(read.locale, Some(Locale::new(AWKWARD)));
    for contact in &contacts {
        assert_same_account(&owner(directory, contact).await, &read);
    }
    assert_unchanged(directory, &other).await;

    let alone = match capacity {
        ContactCapacity::Any => phone("+4740000001"),
        _ => email("per@example.no"),
    };
    let nameless = entered(directory, Registration::new(alone)).await;
    assert_eq!((nameless.name, nameless.locale), (None, None));

    let longer = vec![email("ola@EKSEMPEL.no"), phone("+4790000001"), email("Ola.Nordmann@Example.NO")];
    for contacts in [longer, vec![hard, phone("+4790000000")]] {
        let contacts = moved(directory, &id, contacts).await;
        assert_same_contacts(&account(directory, &id).await, &contacts);
        assert_same_contacts(&owner(directory, &contacts[0]).await, &contacts);
    }
}

/// A contact that nobody has is nobody's, also one that somebody had.
pub async fn an_unknown_contact_is_nobody(directory: &impl ManagedDirectory) {
    assert_nobodys(directory, &email("ola.nordmann@example.no")).await;
    let ola = ola(directory).await;
    kari(directory).await;
    for nobodys in [
        "olanordmann@example.no",
        "ola.nordmann+tag@example.no",
        "ola.nordmann@example.com",
        "ola.nordmann@mail.example.no",
        "ola.nordman@example.no",
        "la.nordmann@example.no",
    ] {
        assert_nobodys(directory, &email(nobodys)).await;
    }
    for nobodys in ["+4741234568", "+4641234567", "+46412345678"] {
        assert_nobodys(directory, &phone(nobodys)).await;
    }
    directory.replace_contacts(&ola.id, vec![email("ola@eksempel.no")]).await;
    for former in &ola.contacts {
        assert_nobodys(directory, former).await;
    }
}

/// A contact that several accounts have is several's, whatever their state, and one's again when the others give it up.
///
/// Where an account has an e-mail address alone, which is nobody else's, this cannot be asked: see `without
/// shared_contacts` at [`user_directory!`](crate::contract::user_directory!).
pub async fn a_contact_of_two_accounts_is_several(directory: &impl ManagedDirectory) {
    assert!(
        directory.capacity().has_phones(),
        "nothing can be asked of accounts that share no contact: user_directory!(.., without shared_contacts)"
    );
    let shared = phone("+4741234567");
    let first = ola(directory).await;
    let second = registered(directory, "kari@example.no", "+4741234567").await;
    let third = registered(directory, "per@example.no", "+4741234567").await;
    assert_several(directory, &shared).await;
    for one in [&first, &second, &third] {
        assert_same_account(&owner(directory, &one.contacts[0]).await, one);
    }
    directory.replace_contacts(&third.id, vec![email("per@example.no")]).await;
    assert_several(directory, &shared).await;
    directory.suspend(&second.id).await;
    assert_several(directory, &shared).await;
    directory.replace_contacts(&second.id, vec![email("kari@example.no")]).await;
    assert_same_account(&owner(directory, &shared).await, &first);
}

async fn assert_several(directory: &impl ManagedDirectory, contact: &Contact) {
    let found = directory.find(contact).await.unwrap();
    assert!(matches!(found, Found::Several), "a contact of several accounts is {found:?}");
}

/// Look-alike letters and metacharacters find nobody else: not the one they look like, and nobody by a pattern.
pub async fn strange_contacts_find_nobody_else(directory: &impl ManagedDirectory) {
    let plain = "kissa.iii@example.no";
    registered(directory, plain, "+4741234567").await;
    let quoted = registered(directory, "o'hara%_\u{b4}@example.no", "+4798765432").await;
    assert_same_account(&owner(directory, &quoted.contacts[0]).await, &quoted);
    for strange in [
        // Dotless and dotted i, long s, Kelvin sign, full width, Cyrillic, and marks that add to a letter.
        "kıssa.iii@example.no",
        "KİSSA.İİİ@example.no",
        "kiſſa.iii@example.no",
        "kißa.iii@example.no",
        "\u{212A}issa.iii@example.no",
        "ｋｉｓｓａ.iii@example.no",
        "kissa．iii@example.no",
        "kissа.iii@example.no",
        "kissá.iii@example.no",
        "kissa.ⅲ@example.no",
        "kissa.iii@exаmple.no",
        // What a pattern or a statement might be made of.
        "%@example.no",
        "kissa.___@example.no",
        "kissa%@example.no",
        "*@example.no",
        "kissa.iii'--@example.no",
        "'or'1'='1'--@example.no",
        "kissa.iii`@example.no",
        "{kissa.iii}@example.no",
        "o''hara%_\u{b4}@example.no",
        "o'hara%%\u{b4}@example.no",
        "o'haraxy\u{b4}@example.no",
        "o'hara%_'@example.no",
    ] {
        // What cannot be parsed never gets here.
        let Ok(address) = EmailAddress::parse_internationalised(strange) else { continue };
        assert_ne!(address.canonical(), plain);
        assert_nobodys(directory, &address.into()).await;
    }
}

/// An id that the directory never made is none, not an error, and has nothing to replace.
pub async fn an_id_the_directory_never_made_is_none(directory: &impl ManagedDirectory) {
    let ola = ola(directory).await;
    let made = ola.id.as_str();
    let mut never_made: Vec<String> =
        ["", "0", "-1", "1e0", "nobody", "%", "_", "' OR 1=1 --", AWKWARD, "18446744073709551616"]
            .map(String::from)
            .to_vec();
    // Other ways to write a number, or a text that is folded or trimmed.
    never_made.extend([format!(" {made}"), format!("{made} "), format!("+{made}"), format!("0{made}")]);
    never_made.extend([format!("{made}.0"), format!("{made}%"), format!("{made}'"), "9".repeat(10_000)]);
    for id in never_made.into_iter().map(AccountId::new) {
        assert!(directory.get(&id).await.unwrap().is_none(), "{id:?} is somebody's");
        let change = change(hash(1), PasswordChange::Changed);
        let replaced = directory.replace_credential(&id, &ola.credential_version, &change).await.unwrap();
        assert!(replaced.is_none(), "{id:?} got a password");
        assert!(!directory.replace_hash(&id, &hash(1), &hash(2)).await.unwrap());
    }
    assert_unchanged(directory, &ola).await;
}

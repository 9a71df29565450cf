//! What is compared in secret: MACs that are right, or wrong from a certain byte on, as by dudect; handles and
//! credential versions; and a code with rows of different kinds.

use std::time::Instant;

use vestibule::account::Registration;
use vestibule::adapters::memory::MemoryDirectory;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::code::CodeMac;
use vestibule::ports::{ArmedCode, Attempt, CodeStore, StoredCode};
use vestibule::time::OffsetDateTime;
use vestibule::{
    AccountId, AccountService, Code, CodeHandle, Contact, CredentialVersion, DeviceToken, EmailAddress,
    KeyRing, NewPassword, Origin, ServiceKey, ServiceProfile,
};

use crate::lens::{Leak, Lens};
use crate::options::Options;
use crate::order::Order;
use crate::report::{Expected, Piles, Report};

/// The first byte of 32 that differs. All others are compared with the first of them.
const PLACES: [usize; 6] = [0, 1, 8, 15, 16, 31];
const PASSWORD: &str = "xq7vk2mzp9wtr4j";
const HEX_ID: &str = "of an account with a hex id";

struct Bench {
    accounts: AccountService,
    lens: Lens,
    handle: CodeHandle,
    code: Code,
    device: DeviceToken,
    version: CredentialVersion,
    account: AccountId,
    /// The row of the right code, and one of nobody.
    right: StoredCode,
    decoy: ArmedCode,
}

/// Compares all of them.
pub async fn compare(options: &Options, order: &mut Order, report: &mut Report) {
    let bench = Bench::new().await;
    let (samples, alike) = (options.samples, |_: &str| Expected::Alike);
    let title = "the MAC of a code, by the first byte that differs";
    while report.compare(title, &bench.code_macs(samples, order, None).await, alike) {}
    // What is not there yet need not be read, and ids of other lengths take other moments to copy.
    let with_hex_id = |name: &str| if name == HEX_ID { Expected::Alike } else { Expected::MayShow };
    let title = "a wrong code, by the row that it is compared with";
    while report.compare(title, &bench.rows(samples, order).await, with_hex_id) {}
    let title = "a handle, by the first byte that differs";
    while report.compare(title, &bench.handles(samples, order).await, alike) {}
    let title = "a session's credential version, by the first byte that differs";
    while report.compare(title, &bench.versions(samples, order).await, alike) {}
    let times = if options.smoke { 1_000 } else { 1 };
    let latest = |name: &str| if name == "byte 31" { Expected::Caught } else { Expected::MayShow };
    let title = "control: the MAC of a code, and byte by byte up to the difference";
    report.compare(title, &bench.code_macs(samples, order, Some(times)).await, latest);
    // Afterwards nothing else is let through.
    let title = "the MAC of a device token, by the first byte that differs";
    while report.compare(title, &bench.device_macs(samples, order).await, alike) {}
}

impl Bench {
    /// A service, a code that is right, and a device token that is.
    async fn new() -> Self {
        let (directory, outbox, lens) = (MemoryDirectory::new(), MemoryOutbox::new(), Lens::default());
        let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
        let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
        let ports = (directory.clone(), lens.clone(), lens.clone(), outbox.clone());
        let accounts = AccountService::builder(ports.0, ports.1, ports.2, ports.3, keys, profile)
            .clock(lens.clone())
            .events(lens.clone())
            .spawner(lens.clone())
            .dangerous()
            .cheapest_hashing()
            .build()
            .unwrap();
        for name in ["ola", "kari"] {
            directory.register(Registration::new(email(name))).unwrap();
        }
        let origin = Origin::without_address();
        let (ola, kari) = (Contact::from(email("ola")), Contact::from(email("kari")));
        let asked = accounts.request_activation(&ola, &origin).await.unwrap();
        rest().await;
        let code = outbox.last_code_to(&ola).unwrap();
        accounts.activate(&asked.handle, &code, password(), &origin).await.unwrap();
        let login = accounts.log_in(&email("ola"), PASSWORD.into(), &origin).await.unwrap();
        accounts.request_activation(&email("kjel").into(), &origin).await.unwrap();
        rest().await;
        let (_, decoy) = lens.armed();
        let asked = accounts.request_activation(&kari, &origin).await.unwrap();
        rest().await;
        let (digest, _) = lens.armed();
        let attempt = lens.count_attempt(&digest, OffsetDateTime::UNIX_EPOCH).await.unwrap();
        let Attempt::Counted(right) = attempt else { panic!("the row is there") };
        Self {
            accounts,
            lens,
            handle: asked.handle,
            code: outbox.last_code_to(&kari).unwrap(),
            device: login.device.unwrap(),
            version: login.credential_version,
            account: login.account_id,
            right,
            decoy,
        }
    }

    /// The right code, and a row whose MAC is another from that byte on.
    async fn code_macs(&self, samples: usize, order: &mut Order, leak: Option<usize>) -> Piles {
        let armed = self.right.armed.clone().unwrap();
        let rows = PLACES.map(|place| {
            let mut mac = armed.mac.to_bytes();
            // The first four name the key.
            mac[4 + place] ^= 1;
            let mac = CodeMac::from_bytes(&mac);
            self.row(Some(ArmedCode { mac, ..armed.clone() }))
        });
        let mut piles = by_place();
        for (class, _) in order.interleave(PLACES.len(), samples) {
            self.lens.leak(leak.map(|times| Leak { differs_at: PLACES[class], times }));
            piles.add(class, self.try_code(&rows[class], &self.code).await);
        }
        self.lens.leak(None);
        piles
    }

    /// A wrong code, and the rows that there may be: of nobody, of accounts whose ids are of one length or another, and
    /// one that is not armed yet.
    async fn rows(&self, samples: usize, order: &mut Order) -> Piles {
        let armed = |id: &str| {
            let mut armed = self.right.armed.clone().unwrap();
            armed.target.account = AccountId::new(id);
            self.row(Some(armed))
        };
        let uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        let rows = [
            ("of nobody", self.row(Some(self.decoy.clone()))),
            (HEX_ID, armed("67e5504410b1426f9247bb680e5fe0c8")),
            ("of an account with a UUID", armed(uuid)),
            ("of an account with a number", armed("7")),
            ("not armed yet", self.row(None)),
        ];
        let mut piles = Piles::named(rows.iter().map(|(name, _)| (*name).to_owned()));
        for (class, _) in order.interleave(rows.len(), samples) {
            let wrong = other_than(&self.code, order);
            piles.add(class, self.try_code(&rows[class].1, &wrong).await);
        }
        piles
    }

    /// From when the store hands out the row to when the operator hears that the code was wrong.
    async fn try_code(&self, row: &StoredCode, code: &Code) -> f64 {
        self.lens.show(Some(row.clone()));
        let origin = Origin::without_address();
        assert!(self.accounts.activate(&self.handle, code, password(), &origin).await.is_err());
        self.lens.show(None);
        self.lens.took()
    }

    /// From when a request begins to when it knows its device and looks at the clock.
    async fn device_macs(&self, samples: usize, order: &mut Order) -> Piles {
        let contact = email("ola").into();
        let origins = PLACES.map(|place| {
            // Key id, nonce, digest of the version, tag: 4, 16, 32 and 32 bytes.
            let text = differing(&self.device.expose_for_cookie(), 2 * (52 + place));
            Origin::without_address().with_device(DeviceToken::parse(&text).unwrap())
        });
        self.lens.close();
        let mut piles = by_place();
        for (class, _) in order.interleave(PLACES.len(), samples) {
            // A copy, at a place in memory that tells nothing of the class; below too.
            let origin = origins[class].clone();
            self.lens.begin();
            assert!(self.accounts.request_activation(&contact, &origin).await.is_err());
            piles.add(class, self.lens.took());
        }
        piles
    }

    /// The whole of asking again with a handle that is nobody's. What follows the first difference is another each time:
    /// the store looks for its digest, and one alone might lie beside another in the store's table.
    async fn handles(&self, samples: usize, order: &mut Order) -> Piles {
        let text = self.handle.expose_for_cookie();
        let secret = text.find('.').unwrap() + 1;
        let mut piles = by_place();
        for (number, (class, _)) in (0_u32..).zip(order.interleave(PLACES.len(), samples)) {
            let mut other = differing(&text, secret + 2 * PLACES[class]).into_bytes();
            for digit in &mut other[secret + 2 * PLACES[class] + 1..secret + 64] {
                *digit = b"0123456789abcdef"[order.below(16) as usize];
            }
            let handle = CodeHandle::parse(&String::from_utf8(other).unwrap()).unwrap();
            let origin = Origin::from_address(number.to_be_bytes().into());
            let began = Instant::now();
            let refused = self.accounts.resend_code(&handle, &origin).await;
            piles.add(class, began.elapsed().as_secs_f64() * 1e6);
            assert!(refused.is_err());
        }
        piles
    }

    /// The whole of asking whether a session lives on, with a version that is not the account's.
    async fn versions(&self, samples: usize, order: &mut Order) -> Piles {
        let versions =
            PLACES.map(|place| CredentialVersion::from_stored(differing(self.version.as_str(), place)));
        let mut piles = by_place();
        for (class, _) in order.interleave(PLACES.len(), samples) {
            let version = versions[class].clone();
            let began = Instant::now();
            let current = self.accounts.is_current(&self.account, &version).await;
            piles.add(class, began.elapsed().as_secs_f64() * 1e6);
            assert!(!current.unwrap());
        }
        piles
    }

    fn row(&self, armed: Option<ArmedCode>) -> StoredCode {
        StoredCode { armed, ..self.right.clone() }
    }
}

fn by_place() -> Piles {
    Piles::named(PLACES.iter().map(|place| format!("byte {place}")))
}

/// The same text with another hexadecimal digit at this place.
fn differing(text: &str, place: usize) -> String {
    let (before, rest) = text.split_at(place);
    let (digit, after) = rest.split_at(1);
    format!("{before}{}{after}", if digit == "0" { "1" } else { "0" })
}

fn other_than(right: &Code, order: &mut Order) -> Code {
    loop {
        let text = format!("{:08}", order.below(100_000_000));
        if text != right.expose() {
            return Code::parse(&text).unwrap();
        }
    }
}

fn email(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{name}@example.no")).unwrap()
}

fn password() -> NewPassword {
    NewPassword::typed_once(PASSWORD.into()).unwrap()
}

/// On one thread, whatever runs in the background has run when this comes back.
async fn rest() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

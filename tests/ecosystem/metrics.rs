use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use vestibule::Origin;

use crate::accounts::{Accounts, KARI, PASSWORD, kari};
use crate::guide::metrics::{Counters, show_hash_pool};

/// Keeps every number by its name and labels.
#[derive(Clone, Default)]
struct Numbers(Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>);

impl Numbers {
    fn of(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Arc::clone(self.0.lock().unwrap().entry(name).or_default())
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.of(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn events_are_counted_by_name_and_no_label_names_a_person() {
    let numbers = Numbers::default();
    metrics::set_global_recorder(numbers.clone()).ok().unwrap();
    let accounts = Accounts::telling(Counters).activated().await;
    for password in [PASSWORD, "wrong", "wrong"] {
        let _ = accounts.service.log_in(&kari(), password.into(), &Origin::without_address()).await;
    }
    show_hash_pool(&accounts.service);
    let read = numbers.0.lock().unwrap();
    let number = |name: &str| read[name].load(Ordering::SeqCst);
    assert_eq!(number("vestibule_events_total{event=password_set}"), 1);
    assert_eq!(number("vestibule_events_total{event=logged_in}"), 1);
    assert_eq!(number("vestibule_events_total{event=log_in_refused}"), 2);
    assert_eq!(f64::from_bits(number("vestibule_hash_pool_running{}")), 0.0);
    assert!(read.contains_key("vestibule_hash_pool_memory_kib{}"));
    assert!(read.keys().all(|name| !name.contains(KARI) && !name.contains("kari")));
}

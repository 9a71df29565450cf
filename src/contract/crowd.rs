//! Many callers at once.

use std::sync::Arc;

use tokio::sync::Barrier;

/// How many callers there are.
pub(super) const CROWD: usize = 64;

/// Lets 64 tasks ask at once, and returns what each was answered. A barrier holds them back until all of them run.
pub(super) async fn all_at_once<S, T, F>(store: &S, ask: impl Fn(S, usize) -> F + Send) -> Vec<T>
where
    S: Clone + Sync,
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(CROWD));
    let tasks: Vec<_> = (0..CROWD)
        .map(|number| {
            let (barrier, asking) = (Arc::clone(&barrier), ask(store.clone(), number));
            tokio::spawn(async move {
                barrier.wait().await;
                asking.await
            })
        })
        .collect();
    let mut answers = Vec::with_capacity(CROWD);
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

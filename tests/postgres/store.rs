use std::sync::Arc;

use crate::database::Database;
use crate::servers::postgres::PostgresServer;
use crate::stores::checks;

pub(crate) async fn metacharacters_are_read_back_as_they_were_written(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let codes = database.codes();
    let strange = "'; drop table vestibule.codes; -- %_\"\u{0}\u{1F600}";
    checks::metacharacters_are_read_back_as_they_were_written(&codes, strange).await;
}

pub(crate) async fn a_row_at_its_end_is_gone_rather_than_too_soon(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    checks::a_row_at_its_end_is_gone_rather_than_too_soon(&database.codes()).await;
}

pub(crate) async fn more_rows_than_a_batch_are_purged(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    // Ten thousand rows of either kind, of which the second half is to stay.
    database
        .run(
            "insert into vestibule.codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
             expires_at, max_attempts, max_issues) \
             select sha256(n::text::bytea), 'recovery', 'phone:+4741234567', '8d', 0, 0, 0, n, 10, 3 \
             from generate_series(1, 5000) n; \
             insert into vestibule.throttles (key, later, forget_at) \
             select sha256(n::text::bytea), '{}', n from generate_series(1, 5000) n;",
        )
        .await;
    checks::more_rows_than_a_batch_are_purged(&database.codes(), &database.throttle()).await;
}

pub(crate) async fn a_batch_without_charges_is_allowed(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    checks::a_batch_without_charges_is_allowed(&database.throttle()).await;
}

//! Sending a code again, on the handle of the first time.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::code::{CodeHandle, CodeProblem};
use crate::context::after;
use crate::delivery::{self, Arming};
use crate::error::Error;
use crate::event::{EventKind, Flow};
use crate::limits;
use crate::origin::Origin;
use crate::ports::{Reissue, Reissued};
use crate::service::Inner;
use crate::service::charge::{charge, refund};
use crate::service::redemption::{CodeRequest, answer};

/// Asks for the code again, with the handle of the first time. Once it is charged it runs to its end, even if the
/// caller goes away: the code that is on its way dies with the new issue, which must not be left without one.
pub(super) async fn resend(
    inner: &Arc<Inner>,
    handle: &CodeHandle,
    origin: &Origin,
) -> Result<CodeRequest, Error> {
    let Some(place) = inner.delivery.reserve() else {
        return Err(inner.overloaded(Flow::ResendCode, origin));
    };
    let now = inner.context.now()?;
    let resend = Resend { inner: Arc::clone(inner), handle: handle.clone(), origin: origin.clone(), now };
    inner.context.finish(resend.run(place)).await
}

struct Resend {
    inner: Arc<Inner>,
    handle: CodeHandle,
    origin: Origin,
    now: OffsetDateTime,
}

impl Resend {
    async fn run(self, place: delivery::Place) -> Result<CodeRequest, Error> {
        let Self { inner, handle, origin, now } = self;
        let context = &inner.context;
        let ticket = charge(context, Flow::ResendCode, &limits::resend(context, &origin), &origin).await?;
        let resend_at = after(now, context.settings.resend_after);
        let digest = handle.digest();
        let reissue = context.codes.reissue(&digest, resend_at, now);
        match context.ask("code_store.reissue", reissue).await {
            Ok(Reissue::Again(Reissued { pending, issue })) => {
                let event = EventKind::CodeReissued { purpose: pending.purpose };
                inner.tell_about(event, None, Some(&pending.contact), &origin);
                let device = inner.recognise(&origin, &pending.contact);
                let answer = answer(&handle, &pending, issue);
                inner.delivery.arm(place, Arming::new(pending, handle, issue, device, Vec::new()));
                Ok(answer)
            }
            Ok(Reissue::TooSoon { retry_after }) => Err(Error::Throttled { retry_after }),
            // Whether it is over with the code, or with sending it, the store does not tell; whether its time has
            // come, the handle does, to whoever holds it.
            Ok(Reissue::Gone) if handle.expires_at() <= now => Err(CodeProblem::Expired.into()),
            Ok(Reissue::Gone) => Err(CodeProblem::NotSentAgain.into()),
            Err(error) => {
                refund(context, &ticket).await;
                Err(error.into())
            }
        }
    }
}

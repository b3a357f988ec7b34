//! The responses of the service: the engine's own, and those of the inner service.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::answer::{Answer, OwnBody};

pin_project! {
    /// The body of a response, of the engine or of the inner service.
    #[project = BodyProjection]
    pub enum ResponseBody<B> {
        #[doc(hidden)]
        Own { #[pin] body: OwnBody },
        #[doc(hidden)]
        Inner { #[pin] body: B },
    }
}

impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::Own { body: OwnBody::default() }
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B>
where
    B::Error: Error + 'static,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project() {
            BodyProjection::Own { body } => body.poll_frame(cx).map_err(|never| match never {}),
            BodyProjection::Inner { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own { body } => body.is_end_stream(),
            Self::Inner { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own { body } => body.size_hint(),
            Self::Inner { body } => body.size_hint(),
        }
    }
}

pin_project! {
    /// A response to come.
    #[project = FutureProjection]
    pub enum ResponseFuture<F> {
        #[doc(hidden)]
        Own { answer: Option<Answer> },
        #[doc(hidden)]
        Later { answer: Pin<Box<dyn Future<Output = Answer> + Send>> },
        #[doc(hidden)]
        Inner { #[pin] future: F },
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let own = |answer: Answer| Ok(answer.map(|body| ResponseBody::Own { body }));
        match self.project() {
            FutureProjection::Own { answer } => Poll::Ready(own(answer.take().unwrap_or_default())),
            FutureProjection::Later { answer } => answer.as_mut().poll(cx).map(own),
            FutureProjection::Inner { future } => {
                future.poll(cx).map_ok(|response| response.map(|body| ResponseBody::Inner { body }))
            }
        }
    }
}

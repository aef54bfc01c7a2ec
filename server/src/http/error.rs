//! From what went wrong to a status, a plain sentence and what to do next. The only place that knows status codes
//! of errors; the private cause is logged here, once.

use app::api::Problem;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sandbox::{EngineError, SandboxError};

use crate::{grading::GradingError, lease::LeaseError, store::StoreError};

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct Error {
    status: StatusCode,
    problem: Problem,
    retry_after: Option<u32>,
}

impl Error {
    /// An error for people, with a stable word for programs.
    pub(super) fn new(status: StatusCode, error: &str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        let problem = Problem { error: error.to_owned(), detail: detail.into(), next: next.into() };
        Self { status, problem, retry_after: None }
    }

    /// Nothing there.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail, "Reload the page to see what there is.")
    }

    /// A request that makes no sense.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", detail, "")
    }

    fn fault(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "a request failed");
        let next = "Please try again; if it stays so, tell whoever runs this server.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "Something went wrong on our side.", next)
    }

    fn busy(cause: &(dyn std::error::Error + 'static), detail: &str) -> Self {
        tracing::warn!(error = cause, "a request has to wait");
        let mut error =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail, "Please try again in a few seconds.");
        error.retry_after = Some(5);
        error
    }
}

impl Error {
    /// The same as a page, for who has sent a form.
    pub(super) fn page(self, site: &app::Site) -> Response {
        let Problem { detail, next, .. } = self.problem;
        app::error_page(site, self.status, "That was not taken", &detail, &next)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.problem)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A page that was made and could not be handed out.
pub(super) fn page_fault(site: &app::Site, cause: &(dyn std::error::Error + 'static)) -> Response {
    Error::fault(cause).page(site)
}

/// Longest text of the framework that is passed on, bytes.
const LONGEST_TEXT: usize = 4096;

/// What the framework refuses by itself (a body that is no JSON, an unknown method, too many bytes) in the form of
/// all other errors of the API.
pub(super) async fn in_our_form(response: Response) -> Response {
    let status = response.status();
    let json =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"application/json"));
    if json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let text = axum::body::to_bytes(response.into_body(), LONGEST_TEXT).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let (error, otherwise, next) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("no_method", "This place of the API cannot be asked that way.", "See /api/openapi.json.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("too_large", "That is more than is taken at once.", "Files up to 2 MiB can be saved here.")
        }
        StatusCode::NOT_FOUND => ("not_found", "There is no such thing.", "Reload the page to see what there is."),
        _ => ("invalid", "The request could not be understood.", "See /api/openapi.json."),
    };
    let detail = if text.trim().is_empty() { otherwise.to_owned() } else { text.trim().to_owned() };
    Error::new(status, error, detail, next).into_response()
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Busy(_) => Self::busy(&error, "Nothing can be saved at the moment."),
            _ => Self::fault(&error),
        }
    }
}

impl From<LeaseError> for Error {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::TooMany(_) => {
                let next = "End one that you no longer need, then start this one.";
                Self::new(StatusCode::CONFLICT, "too_many", format!("{error}."), next)
            }
            LeaseError::NoExercise(_) | LeaseError::NotFound => {
                Self::not_found(format!("There is no such thing: {error}."))
            }
            LeaseError::NotOffered(why) => {
                let next = "The other exercises say the same where they cannot be done; reading goes on.";
                Self::new(StatusCode::CONFLICT, "not_offered", why, next)
            }
            LeaseError::NotReady(_) => {
                let next = "Start a new one if it has ended; otherwise wait a moment.";
                Self::new(StatusCode::CONFLICT, "not_ready", format!("This cannot be done now: {error}."), next)
            }
            LeaseError::NoPoint => {
                let detail = "The files of that attempt are not kept any more.";
                Self::new(StatusCode::CONFLICT, "no_point", detail, "Reload the page to see which are.")
            }
            LeaseError::NoExtension => {
                let next = "Your files are kept when it ends; start it again to go on.";
                Self::new(
                    StatusCode::CONFLICT,
                    "no_extension",
                    "This sandbox has been extended as often as it may be.",
                    next,
                )
            }
            LeaseError::Images(_) => Self::fault(&error),
            LeaseError::Sandbox(error) => error.into(),
            LeaseError::Engine(error) => error.into(),
            LeaseError::Store(error) => error.into(),
        }
    }
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Gone => Self::new(
                StatusCode::GONE,
                "gone",
                "The sandbox is gone.",
                "Start a new one; the saved files of an exercise come back.",
            ),
            EngineError::NotPrepared => Self::fault(&error)
                .with("The sandbox image is not prepared.", "Whoever runs this server: `drydock prepare`."),
            _ => Self::busy(&error, "The Docker engine of this server does not answer as it should."),
        }
    }
}

impl Error {
    fn with(mut self, detail: &str, next: &str) -> Self {
        self.problem.detail = detail.to_owned();
        self.problem.next = next.to_owned();
        self
    }
}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Engine(error) => error.into(),
            SandboxError::Refused { refusal, message, .. } => {
                let status = match refusal {
                    sandbox::Refusal::NotFound => StatusCode::NOT_FOUND,
                    sandbox::Refusal::Limit => StatusCode::PAYLOAD_TOO_LARGE,
                    sandbox::Refusal::Invalid => StatusCode::BAD_REQUEST,
                    sandbox::Refusal::System => StatusCode::CONFLICT,
                };
                Self::new(status, "refused", format!("The sandbox refused: {message}."), "")
            }
            SandboxError::TooLong { .. } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "That is too large to be shown.",
                "Use the terminal.",
            ),
            SandboxError::Lost { .. } | SandboxError::Slow { .. } => {
                Self::busy(&error, "The sandbox does not answer at the moment.")
            }
            _ => Self::fault(&error),
        }
    }
}

impl From<GradingError> for Error {
    fn from(error: GradingError) -> Self {
        match error {
            GradingError::Running => {
                let next = "Wait for its result, then check again.";
                Self::new(StatusCode::CONFLICT, "running", "A check of this sandbox is running already.", next)
            }
            GradingError::NoExercise => Self::invalid("A free sandbox has nothing to check."),
            GradingError::Lease(error) => error.into(),
            GradingError::Store(error) => error.into(),
        }
    }
}

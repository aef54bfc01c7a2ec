//! An engine behind a Unix socket. bollard's own way there insists that the socket exists already: a server that is
//! started before its engine, or whose engine is being upgraded, would not come up.

use bollard::{BollardRequest, ClientVersion, Docker, errors::Error};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use hyperlocal::UnixConnector;

/// A client for `unix://PATH`; nothing is sent yet, and the socket need not be there.
///
/// # Errors
/// None that is known of; the signature is bollard's.
pub(super) fn client(path: &str, seconds: u64, version: &ClientVersion) -> Result<Docker, Error> {
    let mut builder = Client::builder(TokioExecutor::new());
    // One connection for each request: none can be broken by what happened to an earlier one.
    builder.pool_max_idle_per_host(0);
    let client = builder.build(UnixConnector);
    let transport = move |request: BollardRequest| {
        let client = client.clone();
        Box::pin(async move { client.request(request).await.map_err(Error::from) })
            as std::pin::Pin<Box<dyn Future<Output = _> + Send>>
    };
    // The connector reads the path out of the host's name, where it stands in hexadecimal digits.
    let host: String = path.bytes().map(|byte| format!("{byte:02x}")).collect();
    Docker::connect_with_custom_transport(transport, Some(format!("unix://{host}")), seconds, version)
}

//! `drydock serve`: put the parts together, answer, and stop in order.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use cookie::Key;
use tokio_util::sync::CancellationToken;

use super::{Found, deployment, host};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    content::Content,
    grading::Grading,
    http,
    lease::{Leases, Parts},
    pages::Pages,
    state::State,
    store::Store,
};

/// Look for changed content this often.
const RELOAD: Duration = Duration::from_secs(2);
/// Requests may take so long to finish when the server stops.
const GRACE: Duration = Duration::from_secs(5);

pub(super) async fn serve(mut config: Config) -> anyhow::Result<Found> {
    // Before anything is touched that a running server may be using.
    let listener =
        tokio::net::TcpListener::bind(config.listen).await.with_context(|| format!("listen: {}", config.listen))?;
    config.listen = listener.local_addr().context("listen")?;
    let config = Arc::new(config);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::open(&config.database_file()).await?;
    let _lock = lock(&config)?;
    let content = Arc::new(Content::open(config.content.clone()).context("the search index cannot be made")?);
    let assets = assets(&config)?;
    let deployment = deployment(&store).await?;
    let (sandboxes, engine) = host::sandboxes_of_server(&config, &deployment).await?;
    let most = match config.leases.most {
        0 => capacity(&sandboxes).await?,
        some => some,
    };
    let (scheme, port) = config.preview_place();
    let leases = Leases::new(Parts {
        store: store.clone(),
        sandboxes: sandboxes.clone(),
        content: Arc::clone(&content),
        clock: Arc::clone(&clock),
        settings: config.leases.clone(),
        pool: config.pool.clone(),
        most,
        preview: (scheme.to_owned(), format!("{}{port}", config.preview_host())),
    });
    leases.begin().await.context("leases and sandboxes cannot be compared")?;
    let grading = Grading::new(store.clone(), Arc::clone(&content), leases.clone(), sandboxes, Arc::clone(&clock));
    let pages = Pages { store: store.clone(), content: Arc::clone(&content), leases: leases.clone() };
    let state = State {
        config: Arc::clone(&config),
        store: store.clone(),
        content: Arc::clone(&content),
        leases: leases.clone(),
        grading,
        clock,
        cookie_key: Key::from(&store.secret("cookie").await?),
        site: app::Site {
            backend: Arc::new(pages),
            assets: Arc::new(assets),
            public_url: config.public_url.is_some().then(|| format!("{}{}", config.origin(), config.base()).into()),
            base: config.base(),
        },
        audiences: http::Audiences::default(),
        stopping: CancellationToken::new(),
    };
    let (stopping, grading) = (state.stopping.clone(), state.grading.clone());
    let reload = tokio::spawn(reload(Arc::clone(&content)));
    say!("Drydock is ready: {}{}", config.origin(), config.base());
    tracing::info!(address = %listener.local_addr()?, sandboxes = most, "serving");
    answer(listener, http::router(state), stopping).await?;
    reload.abort();
    grading.stop().await;
    leases.stop().await;
    store.close().await;
    drop(engine);
    say!("Drydock has stopped; living sandboxes go on until their time is up.");
    Ok(Found::Fine)
}

/// Answer until told to stop, then give requests a moment. Event streams and sockets end by `stopping`.
async fn answer(
    listener: tokio::net::TcpListener,
    router: axum::Router,
    stopping: CancellationToken,
) -> anyhow::Result<()> {
    // A body that follows its head at once must not wait for the browser's acknowledgement (Nagle's algorithm).
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps small packets back");
        }
    });
    let server = axum::serve(listener, router).with_graceful_shutdown(stopping.clone().cancelled_owned());
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        ended = &mut server => return Ok(ended??),
        () = told_to_stop() => {}
    }
    stopping.cancel();
    if tokio::time::timeout(GRACE, &mut server).await.is_err() {
        server.abort();
    }
    Ok(())
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Sandboxes that the memory of the engine's host holds; of this host while the engine does not answer.
async fn capacity(sandboxes: &sandbox::Sandboxes) -> anyhow::Result<u32> {
    let memory_mib = match sandboxes.engine_info().await {
        Ok(info) => info.memory_mib,
        Err(error) if error.is_outage() => {
            let own = crate::host::total_mib().context("leases.most: set it, for the engine does not answer")?;
            tracing::warn!(memory_mib = own, "leases.most is worked out from the memory of this host");
            own
        }
        Err(other) => return Err(other.into()),
    };
    Ok(sandboxes.config().fits(memory_mib).max(1))
}

/// One server for each database: a second one would take the first one's sandboxes for lost ones. Held until dropped.
fn lock(config: &Config) -> anyhow::Result<std::fs::File> {
    let path = config.database_file().with_extension("lock");
    let file = std::fs::File::create(&path).with_context(|| format!("state_dir: {} cannot be made", path.display()))?;
    file.try_lock().with_context(|| {
        format!(
            "another `drydock serve` is using {}; stop it, or set another state_dir",
            config.database_file().display()
        )
    })?;
    Ok(file)
}

fn assets(config: &Config) -> anyhow::Result<app::Assets> {
    let manifest = config.site.join("manifest.json");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("site: {} cannot be read; `make web` makes it", manifest.display()))?;
    let assets: app::Assets = serde_json::from_str(&text).with_context(|| format!("site: {}", manifest.display()))?;
    let missing = assets.missing();
    anyhow::ensure!(missing.is_empty(), "site: {} lacks {}", manifest.display(), missing.join(", "));
    Ok(assets)
}

async fn reload(content: Arc<Content>) {
    loop {
        tokio::time::sleep(RELOAD).await;
        let content = Arc::clone(&content);
        match tokio::task::spawn_blocking(move || content.reload()).await {
            Ok(Ok(true)) => tracing::info!("the content was read again"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "changed content could not be indexed; the old one stays"),
            Err(error) => tracing::error!(%error, "changed content could not be read; the old one stays"),
        }
    }
}
